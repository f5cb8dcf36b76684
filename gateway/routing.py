"""Which service a method belongs to, and the channels to the services."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import grpc

from chassis.client import open_channel

METHOD = re.compile(r"/atelier\.([a-z_]+)\.v\d+\.\w+/")
# Packages by their second word that every service answers, each for what is its own; see `naming.py`.
SHARED_PACKAGES = {"jobs": "atelier.jobs.v1"}
# A service lets 1,000 calls run over one connection at once (chassis/server.py); one more waits for another's end.
STREAMS_A_CHANNEL = 900


def service_of(method: str) -> str | None:
    """`resolver` of `/atelier.resolver.v1.ResolverService/GetCard`; None for a name that isn't built like that."""
    found = METHOD.match(method)
    return found.group(1) if found else None


def is_shared(method: str) -> bool:
    """Whether every service answers the method, so that only a request tells which is meant."""
    return service_of(method) in SHARED_PACKAGES


@dataclass(slots=True)
class StreamChannel:
    """A channel, and how many streams are open over it."""

    channel: grpc.aio.Channel
    streams: int = 0


class Routes:
    """One channel to each configured service for calls that end soon, and others for streams, as many as it takes.

    A channel connects by itself, when the service is there.
    """

    def __init__(
        self,
        *,
        addresses: Mapping[str, str],
        credentials: grpc.ChannelCredentials | None,
        max_message_bytes: int,
    ) -> None:
        self._addresses = dict(addresses)
        self._credentials = credentials
        self._max_message_bytes = max_message_bytes
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._stream_channels: dict[str, list[StreamChannel]] = {}

    @property
    def services(self) -> list[str]:
        """The names of the configured services."""
        return list(self._addresses)

    async def start(self) -> None:
        """Open the channels; waits for nobody."""
        self._channels = {name: self._open(name) for name in self._addresses}
        self._stream_channels = {name: [] for name in self._addresses}

    async def stop(self) -> None:
        """Close the channels and what still runs over them."""
        channels = [*self._channels.values(), *(one.channel for some in self._stream_channels.values() for one in some)]
        self._channels, self._stream_channels = {}, {}
        for channel in channels:
            await channel.close()

    def channel(self, service: str) -> grpc.aio.Channel:
        """The channel to a configured service, once started."""
        return self._channels[service]

    @contextmanager
    def stream_channel(self, service: str) -> Iterator[grpc.aio.Channel]:
        """One that has room for one more stream, which is open as long as the block lasts."""
        channels = self._stream_channels[service]
        free = next((one for one in channels if one.streams < STREAMS_A_CHANNEL), None)
        if free is None:
            free = StreamChannel(self._open(service))
            channels.append(free)
        free.streams += 1
        try:
            yield free.channel
        finally:
            free.streams -= 1

    def _open(self, name: str) -> grpc.aio.Channel:
        return open_channel(
            self._addresses[name],
            package=f"atelier.{name}.v1",
            more_packages=list(SHARED_PACKAGES.values()),
            credentials=self._credentials,
            max_message_bytes=self._max_message_bytes,
        )
