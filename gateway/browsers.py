"""What browsers are told with every answer: what they may do with it, and which other sites' pages may read it."""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware

from gateway.asgi import Application, Message, Receive, Scope, Send

# An answer that says nothing else loads nothing, runs nothing, and stands in nobody's frame (W3C CSP 3; Fetch, CORP).
HEADERS = {
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
# RFC 6797: a year, which is only said, and only heard, over TLS.
TLS_HEADERS = {b"strict-transport-security": b"max-age=31536000"}

# What pages of other sites may send, and read: Connect's and gRPC-Web's, ours, and the limits'.
ASKED_HEADERS = (
    "authorization",
    "connect-accept-encoding",
    "connect-content-encoding",
    "connect-protocol-version",
    "connect-timeout-ms",
    "content-type",
    "grpc-timeout",
    "last-event-id",
    "traceparent",
    "tracestate",
    "x-grpc-web",
    "x-request-id",
    "x-user-agent",
)
SHOWN_HEADERS = (
    "connect-accept-encoding",
    "connect-content-encoding",
    "etag",
    "grpc-message",
    "grpc-status",
    "grpc-status-details-bin",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "www-authenticate",
    "x-request-id",
)
PREFLIGHT_SECONDS = 7200  # More, and Chromium forgets it all the same.


class SecurityHeaders:
    """Adds to every response the headers of it that it doesn't set itself."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        added = HEADERS | TLS_HEADERS if scope["scheme"] == "https" else HEADERS

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                names = {name.lower() for name, _ in own}
                message["headers"] = own + [(name, value) for name, value in added.items() if name not in names]
            await send(message)

        await self._application(scope, receive, send_with_headers)


def open_to(application: Application, origins: Sequence[str]) -> Application:
    """The application, whose answers pages from `origins` may read too; `*` is any. Without one it is as it was.

    Cookies are never taken from there: a page of another site sends a token.
    """
    if not origins:
        return application
    return CORSMiddleware(
        application,
        allow_origins=origins,
        allow_methods=("GET", "HEAD", "POST"),
        allow_headers=ASKED_HEADERS,
        expose_headers=SHOWN_HEADERS,
        max_age=PREFLIGHT_SECONDS,
    )
