"""Asking an ASGI application, by hand: peer, headers and body as one likes."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HERE, ELSEWHERE = ("127.0.0.1", 50000), ("203.0.113.9", 50000)


@dataclass
class Answer:
    status: int = 0
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    chunks_read: int = 0


async def ask(
    app, method, address, *, body=b"", headers=(), client=HERE, host="localhost:8000", chunks=None
):
    """`chunks`: the body in these pieces, without a Content-Length; None: there they hang up."""
    url = urlsplit(address)
    pieces = list(chunks) if chunks is not None else [body]
    told = {"host": host, **dict(headers)}
    if chunks is None and "content-length" not in told:
        told["content-length"] = str(len(body))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": url.path,
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": [(k.encode(), v.encode()) for k, v in told.items()],
        "client": client,
        "server": ("localhost", 8000),
        "state": {},
    }
    answer = Answer()

    async def receive():
        answer.chunks_read += 1
        if answer.chunks_read > len(pieces) or pieces[answer.chunks_read - 1] is None:
            return {"type": "http.disconnect"}
        more = answer.chunks_read < len(pieces)
        return {"type": "http.request", "body": pieces[answer.chunks_read - 1], "more_body": more}

    async def send(message):
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer


@asynccontextmanager
async def started(app):
    async with app.router.lifespan_context(app):
        yield app


def asked(app, *requests):
    """Answers to requests (method, address, options), one after the other, while the app runs."""

    async def run():
        async with started(app):
            return [await ask(app, method, address, **told) for method, address, told in requests]

    return asyncio.run(run())
