"""Which service a method belongs to, and the channels to the services."""

import re
from collections.abc import Mapping

import grpc

from chassis.client import open_channel

METHOD = re.compile(r"/atelier\.([a-z_]+)\.v\d+\.\w+/")
# Packages by their second word that every service answers, each for what is its own; see `naming.py`.
SHARED_PACKAGES = {"jobs": "atelier.jobs.v1"}


def service_of(method: str) -> str | None:
    """`resolver` of `/atelier.resolver.v1.ResolverService/GetCard`; None for a name that isn't built like that."""
    found = METHOD.match(method)
    return found.group(1) if found else None


def is_shared(method: str) -> bool:
    """Whether every service answers the method, so that only a request tells which is meant."""
    return service_of(method) in SHARED_PACKAGES


class Routes:
    """One channel to each configured service. A channel connects by itself, when the service is there."""

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

    @property
    def services(self) -> list[str]:
        """The names of the configured services."""
        return list(self._addresses)

    async def start(self) -> None:
        """Open the channels; waits for nobody."""
        self._channels = {name: self._open(name, address) for name, address in self._addresses.items()}

    async def stop(self) -> None:
        """Close the channels and what still runs over them."""
        channels, self._channels = self._channels, {}
        for channel in channels.values():
            await channel.close()

    def channel(self, service: str) -> grpc.aio.Channel:
        """The channel to a configured service, once started."""
        return self._channels[service]

    def _open(self, name: str, address: str) -> grpc.aio.Channel:
        return open_channel(
            address,
            package=f"atelier.{name}.v1",
            more_packages=list(SHARED_PACKAGES.values()),
            credentials=self._credentials,
            max_message_bytes=self._max_message_bytes,
        )
