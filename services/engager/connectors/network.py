"""How connections are opened: to an address that was checked, whatever a name server says a moment later."""

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from services.engager.connectors.addresses import Addresses

_MOST_TRIED = 4


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Looks names up by `Addresses`, once for each connection. TLS is still of the name, and so is the Host header."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first of the host's addresses that takes one; `timeout` is shared among them.

        Raises AddressRefused, and httpcore's errors of connecting.
        """
        addresses = (await self._resolve(host, timeout))[:_MOST_TRIED]
        share = None if timeout is None else timeout / len(addresses)
        failure: Exception | None = None
        for address in addresses:
            try:
                return _Stream(await self._network.connect_tcp(address, port, share, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("no address")

    async def _resolve(self, host: str, timeout: float | None) -> list[str]:
        try:
            async with asyncio.timeout(timeout):
                return await self._addresses.resolve(host)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("looking up the name") from error
        except OSError as error:
            raise httpcore.ConnectError("looking up the name") from error


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that is closed when it is given up in the midst of TLS, which httpcore's own then isn't."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except asyncio.CancelledError:
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
