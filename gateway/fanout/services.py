"""Asks services on behalf of a caller: with its metadata, and no longer than it waits."""

import time
from collections.abc import AsyncGenerator, Callable
from typing import Any, NamedTuple

import grpc
from google.rpc import status_pb2
from grpc.aio import AioRpcError

from chassis.errors import status_of
from gateway.errors import DOMAIN, UnknownService
from gateway.failures import status_of_failure
from gateway.metadata import Metadata
from gateway.routing import Routes

# What is kept of the caller's time to answer in: a share of it, and no more than what a very busy machine needs.
MARGIN_SHARE = 0.2
MARGIN_SECONDS = 1.0

Method = Callable[[grpc.aio.Channel], Any]  # Picks a method of a stub on a channel.


class ServiceFailed(Exception):
    """A service's answer is an error, or there was none: `status` says which."""

    def __init__(self, status: status_pb2.Status) -> None:
        super().__init__(status.message)
        self.status = status


class Answer(NamedTuple):
    """What a service answered, and its trailing metadata."""

    message: Any
    trailers: Metadata


class Services:
    """The configured services. `method` picks what is called; raised is ServiceFailed, whatever went wrong."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._callables: dict[tuple[str, Method], Any] = {}

    @property
    def names(self) -> list[str]:
        """The configured services."""
        return self._routes.services

    async def ask(
        self, service: str, method: Method, request: Any, *, metadata: Metadata, until: float | None
    ) -> Answer:
        """A method's one answer, waited for until then by `time.monotonic()`; None: as long as it takes."""
        self._check(service)
        key = (service, method)
        if key not in self._callables:
            self._callables[key] = method(self._routes.channel(service))
        seconds = None if until is None else max(0.0, until - time.monotonic())
        call = self._callables[key](request, metadata=metadata, timeout=seconds)
        try:
            return Answer(await call, await call.trailing_metadata())
        except AioRpcError as error:
            raise ServiceFailed(status_of_failure(service, error)) from error

    async def watch(
        self, service: str, method: Method, request: Any, *, metadata: Metadata
    ) -> AsyncGenerator[Any, None]:
        """A stream's answers. The stream ends with the generator."""
        self._check(service)
        with self._routes.stream_channel(service) as channel:
            call = method(channel)(request, metadata=metadata)
            try:
                async for answer in call:
                    yield answer
            except AioRpcError as error:
                raise ServiceFailed(status_of_failure(service, error)) from error
            finally:
                call.cancel()

    def _check(self, service: str) -> None:
        if service not in self.names:
            raise ServiceFailed(status_of(UnknownService(f"the service {service}", self.names), domain=DOMAIN))


def time_to_ask(seconds: float | None) -> float | None:
    """Until when, by `time.monotonic()`, services may answer a caller that waits so long, so that it is answered.

    None: there is no bound.
    """
    if seconds is None:
        return None
    return time.monotonic() + seconds - min(MARGIN_SECONDS, MARGIN_SHARE * seconds)
