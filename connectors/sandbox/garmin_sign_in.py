"""Garmin's sign-in as the mobile app and the web portal do it, and the token endpoint behind it."""

import itertools
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.forms import form
from connectors.sandbox.tokens import Grant
from connectors.sandbox.world import World

MFA_CODE = "123456"
WRONG_PASSWORD = "wrong"  # noqa: S105 - the one password that is refused
REFRESH_GRANT = "refresh_token"


class GarminSignIn:
    """Any password but `wrong` is right; a second factor is always asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.mfa = True
        self._sessions: dict[str, str | None] = {}  # cookie -> who is half signed in
        self._count = itertools.count(1)

    def routes(self) -> Iterator[Route]:
        for flow, page in (("mobile", "en_US"), ("portal", "en-US")):
            yield Route(f"/{flow}/sso/{page}/sign-in", self.page)
            yield Route(f"/{flow}/api/login", self.login, methods=["POST"])
            yield Route(f"/{flow}/api/mfa/verifyCode", self.verify, methods=["POST"])
        yield Route("/di-oauth2-service/oauth/token", self.token, methods=["POST"])

    async def page(self, _request: Request) -> Response:
        session = f"session-{next(self._count)}"
        self._sessions[session] = None
        response = HTMLResponse("<html><title>GARMIN Authentication Application</title></html>")
        response.set_cookie("SESSION", session, httponly=True)
        return response

    async def login(self, request: Request) -> Response:
        """Without the page's cookie the answer is 429, whoever asks."""
        session = request.cookies.get("SESSION", "")
        if session not in self._sessions:
            return JSONResponse({"error": {"status-code": "429"}}, 429)
        body = await request.json()
        name = self._athlete(str(body.get("username", "")))
        if name is None or body.get("password") in (None, "", WRONG_PASSWORD):
            return JSONResponse({"responseStatus": {"type": "INVALID_USERNAME_PASSWORD"}}, 401)
        if not self.mfa:
            return self._ticket(name)
        self._sessions[session] = name
        return JSONResponse(
            {
                "responseStatus": {"type": "MFA_REQUIRED"},
                "customerMfaInfo": {"mfaLastMethodUsed": "email"},
            }
        )

    async def verify(self, request: Request) -> Response:
        name = self._sessions.get(request.cookies.get("SESSION", ""))
        body = await request.json()
        if name is None or body.get("mfaVerificationCode") != MFA_CODE:
            return JSONResponse({"responseStatus": {"type": "MFA_CODE_INVALID"}}, 401)
        return self._ticket(name)

    async def token(self, request: Request) -> Response:
        """A service ticket and a refresh token serve once each."""
        fields = await form(request)
        now = self.world.machine_now()
        if fields.get("grant_type") == REFRESH_GRANT:
            refresh_token = fields.get("refresh_token", "")
            grant = self.world.tokens.refresh("garmin", refresh_token, now)
        else:
            redeemed = self.world.tokens.redeem(fields.get("service_ticket", ""))
            grant = redeemed and self.world.tokens.grant("garmin", redeemed[0], now)
        if grant is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(self._token_json(grant))

    def _token_json(self, grant: Grant) -> dict[str, object]:
        left = grant.expires_at - self.world.machine_now()
        return {
            "access_token": grant.access_token,
            "token_type": "Bearer",
            "refresh_token": grant.refresh_token,
            "expires_in": int(left.total_seconds()),
            "refresh_token_expires_in": 2_592_000,
        }

    def _ticket(self, name: str) -> Response:
        ticket = self.world.tokens.once("ticket", name)
        return JSONResponse({"responseStatus": {"type": "SUCCESSFUL"}, "serviceTicketId": ticket})

    def _athlete(self, email: str) -> str | None:
        """`runner@example.com` is the first athlete, `runner2@example.com` the second."""
        user, _, host = email.partition("@")
        number = user.removeprefix("runner") or "1"
        if host != "example.com" or not user.startswith("runner") or not number.isdigit():
            return None
        return self.world.account(f"runner-{number}").display_name
