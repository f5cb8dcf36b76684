"""The HTTP client by which webhooks are reached: bounded in time and in bytes, and sure of what was sent.

By httpcore, which is httpx's own engine: it lets us choose the address that a connection goes to, tells when a request
begins to leave, and adds nothing of its own: no cookies, no redirects, no proxies of the machine's environment.
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpcore
import httpx

from jobs.job import ErrorClass
from services.engager.connectors.addresses import Addresses, AddressRefused
from services.engager.connectors.network import CheckedNetwork

MOST_BYTES = 64 * 2**10
_CONNECT_SECONDS = 10.0
# Shorter than that of servers (gunicorn's is 2 s): one that closes while we write costs an answer.
_KEEP_SECONDS = 1.5
_KEPT = 200
_SENT_WITH_ALL = {"User-Agent": "atelier-engager", "Accept": "application/json", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Received:
    """An answer, whatever its status. Of one that isn't a success, `body` is what came of it, up to 64 KiB."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswer(Exception):
    """There is no answer, or not all of one that says that it was a success, whose `status` is then told.

    `sent`: whether any of the request may have left.
    """

    def __init__(self, error_class: ErrorClass, message: str, *, sent: bool = False, status: int = 0) -> None:
        super().__init__(message)
        self.error_class = error_class
        self.message = message
        self.sent = sent
        self.status = status


@dataclass(slots=True)
class _Course:
    """How far an exchange has come."""

    sent: bool = False
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)

    async def note(self, event: str, _: object) -> None:
        """What httpcore tells of its steps (httpcore's extension `trace`)."""
        self.sent = self.sent or event == "http11.send_request_headers.started"

    async def read(self, response: httpcore.Response) -> None:
        """Take an answer in, up to the bound."""
        self.status = response.status
        self.headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        async for chunk in response.aiter_stream():
            self.body += chunk
            if len(self.body) > MOST_BYTES:
                raise NoAnswer(ErrorClass.UNKNOWN, f"The connector answered with more than {MOST_BYTES} bytes.")

    def end(self, error_class: ErrorClass, message: str) -> Received:
        """What there is when the exchange has broken off. A status that isn't a success says it all."""
        if self.status and not 200 <= self.status < 300:
            return Received(self.status, self.headers, bytes(self.body[:MOST_BYTES]))
        raise NoAnswer(error_class, message, sent=self.sent, status=self.status)


class Client:
    """The connections of a process to webhooks, each kept for a moment and used again."""

    def __init__(self, addresses: Addresses, *, seconds: float, certificates: ssl.SSLContext | None = None) -> None:
        """`seconds` bounds a whole exchange. `certificates`: whom to believe; None: whom the machine believes."""
        # At DEBUG it tells whole requests.
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._addresses = addresses
        self._seconds = seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=certificates or httpx.create_ssl_context(),
            max_connections=None,
            max_keepalive_connections=_KEPT,
            keepalive_expiry=_KEEP_SECONDS,
            network_backend=CheckedNetwork(addresses),
        )

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, seconds: float | None = None
    ) -> Received:
        """Send a request once, and take its answer. Raises NoAnswer. `seconds`: less than otherwise."""
        course, bound = _Course(), min(seconds or self._seconds, self._seconds)
        try:
            async with asyncio.timeout(bound):
                await self._exchange(course, method, url, headers, body)
        except AddressRefused as error:
            raise NoAnswer(ErrorClass.INVALID, f"The connector's address {error}.") from error
        except NoAnswer as error:
            return course.end(error.error_class, error.message)
        except (TimeoutError, httpcore.TimeoutException):
            return course.end(ErrorClass.TIMEOUT, f"The connector gave no answer within {bound:g} s.")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            return course.end(ErrorClass.NETWORK, f"The connection to the connector failed ({type(error).__name__}).")
        return Received(course.status, course.headers, bytes(course.body))

    async def close(self) -> None:
        """Close its connections. Closing twice is legal."""
        await self._pool.aclose()

    async def _exchange(self, course: _Course, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        read = self._addresses.read(url)
        target = httpcore.URL(scheme=read.raw_scheme, host=read.raw_host, port=read.port, target=read.raw_path)
        extensions = {"timeout": {"connect": min(_CONNECT_SECONDS, self._seconds)}, "trace": course.note}
        sent = [("Host", read.netloc.decode("ascii")), *_SENT_WITH_ALL.items(), *headers.items()]
        lines = [(name.encode("ascii"), value.encode("ascii")) for name, value in sent]
        async with self._pool.stream(method, target, headers=lines, content=body, extensions=extensions) as response:
            await course.read(response)
