"""The HTTP port: a uvicorn server inside the process's own event loop, as a part that starts and stops."""

import asyncio
import contextlib
import math
import socket
import ssl
from collections.abc import Iterator, Sequence
from email.utils import formatdate
from functools import partial

import structlog
import uvicorn
from uvicorn.server import ServerState

from chassis.lifecycle import PortTaken
from gateway.asgi import Application
from gateway.config import GatewaySettings
from gateway.connection import Connection, Pace

LISTEN_BACKLOG = 1024


class HttpServer:
    """Serves an ASGI application; when stopped, open responses get the grace period to end."""

    def __init__(
        self,
        *,
        settings: GatewaySettings,
        application: Application,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        self._settings = settings
        self._application = application
        self._log = log
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen. `port` then tells where. Raises PortTaken."""
        config = self._config()
        config.load()  # What is wrong with the certificate is raised here, not in the task.
        listener = _listen(self._settings)
        self.port = listener.getsockname()[1]
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        await self._server.listening.wait()
        self._log.info("listening for HTTP", address=f"{self._settings.host}:{self.port}", tls=config.is_ssl)

    async def stop(self) -> None:
        """Turn new connections away and let open responses end within the grace period."""
        server, self._server = self._server, None
        if server is not None and self._serving is not None:
            server.leave()
            await self._serving

    def _config(self) -> uvicorn.Config:
        settings = self._settings
        tls = settings.tls_certificate_file is not None and settings.tls_key_file is not None
        return uvicorn.Config(
            self._application,
            # h11 is the only one that bounds the bytes of a request's head.
            http=partial(Connection, pace=Pace.of(settings)),  # type: ignore[arg-type] # It is only called.
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=settings.http_connections,
            h11_max_incomplete_event_size=settings.http_header_bytes,
            timeout_graceful_shutdown=math.ceil(settings.grace_seconds),
            ssl_certfile=settings.tls_certificate_file if tls else None,
            ssl_keyfile=settings.tls_key_file if tls else None,
            ssl_ca_certs=str(settings.tls_ca_file) if tls and settings.tls_ca_file else None,
            ssl_cert_reqs=ssl.CERT_REQUIRED if tls and settings.tls_ca_file else ssl.CERT_NONE,
        )


class _Server(uvicorn.Server):
    """uvicorn's server without its hands on the process: signals belong to `chassis.lifecycle`."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.server_state = _State()
        self.listening = asyncio.Event()
        self._leaving = asyncio.Event()

    def leave(self) -> None:
        """End, as soon as open responses have."""
        self.should_exit = True
        self._leaving.set()

    async def main_loop(self) -> None:
        """Wait for the end. uvicorn's own loop looks ten times a second, and keeps the date of answers."""
        await self._leaving.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _State(ServerState):
    """uvicorn's, which tells the date to answers that are made, rather than every second."""

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        return [(b"date", formatdate(usegmt=True).encode())]

    @default_headers.setter
    def default_headers(self, headers: Sequence[tuple[bytes, bytes]]) -> None:
        pass


def _listen(settings: GatewaySettings) -> socket.socket:
    address = (settings.host, settings.http_port)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server(
            address, family=family, backlog=LISTEN_BACKLOG, reuse_port=settings.processes > 1
        )
    except OSError:
        raise PortTaken(
            f"{settings.host}:{settings.http_port} is taken; set another port or end what listens there"
        ) from None
    # Its connections inherit it. asyncio's own loop sets it only where a socket was made with TCP named, and an answer
    # whose body is written after its head would wait 40 ms for the other side's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
