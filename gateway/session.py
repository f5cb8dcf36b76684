"""The cookie by which a browser's `EventSource`, which can't send headers, shows a token: `POST` and `DELETE /session`.

It holds the caller's own token, so nothing is kept here, and opens nothing but event streams to pages of this origin.
"""

import re
import time
from http import HTTPStatus

from chassis.auth import TokenVerifier
from chassis.errors import FieldViolation, InvalidArgument
from gateway.asgi import Receive, Scope, Send, headers_of, send_whole

PATH = "/session"
COOKIE = "atelier_session"
METHODS = ("POST", "DELETE")
# What a token is made of (RFC 7515, 3.1). Browsers drop a cookie of more than 4,096 bytes, its attributes included.
TOKEN = re.compile(r"[A-Za-z0-9_.-]{1,3800}")


class Session:
    """Sets and clears the cookie."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    def takes(self, scope: Scope) -> bool:
        return bool(scope["path"] == PATH)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 204. Raises Unauthenticated, Unavailable where no key can be had, and InvalidArgument."""
        if scope["method"] not in METHODS:
            await send_whole(send, HTTPStatus.METHOD_NOT_ALLOWED, {"allow": ", ".join(METHODS)})
            return
        token, seconds = await self._shown(scope) if scope["method"] == "POST" else ("", 0)
        cookie = f"{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict"
        secure = "; Secure" if _is_behind_tls(scope) else ""
        await send_whole(send, HTTPStatus.NO_CONTENT, {"set-cookie": cookie + secure, "cache-control": "no-store"})

    async def _shown(self, scope: Scope) -> tuple[str, int]:
        """The token that is shown, and for how many seconds it is still good."""
        authorization = headers_of(scope).get("authorization")
        expiry = await self._verifier.expiry(authorization)
        token = (authorization or "").partition(" ")[2]
        if TOKEN.fullmatch(token) is None:
            what = "the token is too long for a cookie, or holds what no token does"
            raise InvalidArgument([FieldViolation("authorization", what)])
        return token, max(0, int(expiry - time.time()))


def session_token(scope: Scope) -> str | None:
    """The token in the request's cookie; None without one, and where the browser says that another site asks."""
    headers = headers_of(scope)
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return None
    # Not by http.cookies, which gives up where a neighbour on the same host has set what it can't read.
    pairs = (one.strip().partition("=") for one in headers.get("cookie", "").split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), None)


def _is_behind_tls(scope: Scope) -> bool:
    """Whether the browser speaks TLS: to us, or, as its `Origin` tells, to a proxy before us."""
    return bool(scope["scheme"] == "https" or headers_of(scope).get("origin", "").startswith("https://"))
