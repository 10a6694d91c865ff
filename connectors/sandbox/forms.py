"""Forms as OAuth sends them."""

from urllib.parse import parse_qsl

from starlette.requests import Request


async def form(request: Request) -> dict[str, str]:
    """The fields of a form-encoded body. Starlette's own reader wants a multipart library."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
