"""What benchmarks run on: a stack of their own with the real catalogue in it, and clients of it."""

import gzip
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import grpc
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub

from chassis.auth import Role
from chassis.client import open_channel, token_interceptors
from cli.stack.ports import Ports
from cli.stack.stack import Stack
from tests.shared_data import SHARED_DATA, chunks, real_record


@dataclass(frozen=True)
class Surroundings:
    """A running stack and the records of the catalogue; the first benchmark that needs it imports it."""

    stack: Stack
    records: Sequence[pb.CardRecord]

    @asynccontextmanager
    async def direct(self) -> AsyncIterator[ResolverServiceStub]:
        """The resolver itself."""
        async with self.channel(f"127.0.0.1:{self.stack.ports.resolver}") as channel:
            yield ResolverServiceStub(channel)

    @asynccontextmanager
    async def gateway(self) -> AsyncIterator[ResolverServiceStub]:
        """The resolver through the gateway."""
        async with self.channel(self.stack.gateway_address) as channel:
            yield ResolverServiceStub(channel)

    def channel(self, address: str, token: str = "") -> grpc.aio.Channel:
        """A channel with a token; an operator's unless told otherwise."""
        token = token or self.stack.token(Role.OPERATOR)
        return open_channel(address, package="atelier.resolver.v1", interceptors=token_interceptors(token))

    async def postgres(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A bare connection as the resolver's role, by the socket the service uses."""
        url = self.stack.database_url("resolver")
        return await asyncpg.connect(url, server_settings={"jit": "off"})

    async def import_catalogue(self) -> Any:
        """Import all records."""
        async with self.direct() as stub:
            return (await stub.ImportCards(card_messages(self.records))).summary


@asynccontextmanager
async def surroundings() -> AsyncIterator[Surroundings]:
    """A fresh stack in a temporary folder. Raises FileNotFoundError where the real catalogue is missing."""
    path = SHARED_DATA / "pokemon_tcg_cards.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [real_record(json.loads(line)) for line in lines]
    with TemporaryDirectory(prefix="atelier-bench-") as folder:
        async with Stack(Path(folder) / "state", ports=Ports.free()) as stack:
            yield Surroundings(stack, records)


async def card_messages(records: Sequence[pb.CardRecord]) -> AsyncIterator[Any]:
    """The records as an import's messages."""
    for chunk in chunks(records):
        yield pb.ImportCardsRequest(records=chunk)
