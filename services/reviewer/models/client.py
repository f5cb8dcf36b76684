"""The HTTP client by which a model is reached: each answer bounded in bytes, and no redirect followed."""

import functools
import ssl
from collections.abc import AsyncIterator

import httpx2

MOST_BYTES = 8 * 2**20
_CONNECT_SECONDS = 10.0


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self._stream:
            read += len(chunk)
            if read > MOST_BYTES:
                raise httpx2.ReadError(f"more than {MOST_BYTES} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def open_client(*, seconds: float, through_proxy: bool) -> httpx2.AsyncClient:
    """A client; `seconds` bounds each wait. `through_proxy`: go through what the machine's environment names."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(seconds, connect=_CONNECT_SECONDS),
        # A redirect could lead the code elsewhere; and unpacked bodies have no bound of their own.
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_bound]},
        trust_env=through_proxy,
        verify=_certificates(through_proxy),
    )


@functools.cache
def _certificates(from_environment: bool) -> ssl.SSLContext:
    """Whom to believe; takes a while to read."""
    return httpx2.create_ssl_context(trust_env=from_environment)


async def _bound(response: httpx2.Response) -> None:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise httpx2.ReadError("packed, though asked not to be")
    assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101 - of an asynchronous client
    response.stream = _Bounded(response.stream)
