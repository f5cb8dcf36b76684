"""The whole system, as `atelier up` runs it, on free ports; and the ways people come to it."""

import asyncio
import json
import os
import sysconfig
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import grpc
import httpx
import pytest
from atelier.jobs.v1.jobs_service_pb2_grpc import JobsServiceStub
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub

from chassis.auth import Role
from chassis.client import open_channel, token_interceptors
from cli.stack.ports import LOOPBACK, Ports
from cli.stack.stack import Stack

SCRIPTS = Path(sysconfig.get_path("scripts"))


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def lines(self) -> list[dict[str, Any]]:
        """Its JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class System:
    """A running stack and its doors."""

    stack: Stack

    def address(self, door: str) -> str:
        """Where the gateway or a service takes gRPC, by its name."""
        return f"{LOOPBACK}:{getattr(self.stack.ports, door)}"

    @asynccontextmanager
    async def resolver(self, address: str | None = None) -> AsyncIterator[ResolverServiceStub]:
        """A stub at the gateway, or at `address`."""
        token = self.stack.token(Role.OPERATOR)
        where = address or self.stack.gateway_address
        async with open_channel(
            where, package="atelier.resolver.v1", interceptors=token_interceptors(token)
        ) as channel:
            yield ResolverServiceStub(channel)

    @asynccontextmanager
    async def jobs(self) -> AsyncIterator[JobsServiceStub]:
        """A stub at the gateway."""
        interceptors = token_interceptors(self.stack.token(Role.OPERATOR))
        address = self.stack.gateway_address
        async with open_channel(address, package="atelier.jobs.v1", interceptors=interceptors) as channel:
            yield JobsServiceStub(channel)

    @asynccontextmanager
    async def anonymous(self) -> AsyncIterator[grpc.aio.Channel]:
        """A channel to the gateway without a token."""
        async with open_channel(self.stack.gateway_address) as channel:
            yield channel

    async def atelier(self, *arguments: str, stdin: bytes = b"") -> Ended:
        """Run the command line against this system."""
        return await run(SCRIPTS / "atelier", *arguments, environment=self._environment(), stdin=stdin)

    async def start_atelier(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start the command line against this system, to be read while it runs."""
        return await start(SCRIPTS / "atelier", *arguments, environment=self._environment())

    async def buf_curl(self, *arguments: str) -> Ended:
        """Run `buf curl` with an operator's token, for the call and for reflection."""
        token = f"authorization: Bearer {self.stack.token(Role.OPERATOR)}"
        return await run(
            SCRIPTS / "buf", "curl", "--http2-prior-knowledge", "--header", token, "--reflect-header", token, *arguments
        )

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "ATELIER_CLI_ADDRESS": self.stack.gateway_address,
            "ATELIER_CLI_STATE_DIR": str(self.stack.layout.root),
        }


async def run(*command: str | Path, environment: dict[str, str] | None = None, stdin: bytes = b"") -> Ended:
    """Run a program to its end."""
    process = await start(*command, environment=environment)
    out, err = await process.communicate(stdin)
    return Ended(process.returncode or 0, out.decode(), err.decode())


async def start(*command: str | Path, environment: dict[str, str] | None = None) -> asyncio.subprocess.Process:
    """Start a program."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe)


@contextmanager
def state_folder() -> Iterator[Path]:
    """A folder for a stack, where PostgreSQL's own user can reach it; pytest's are private."""
    with TemporaryDirectory(prefix="atelier-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "state"


@pytest.fixture(scope="session")
async def system() -> AsyncIterator[System]:
    """One system for the whole run; tests keep to sources and ids of their own."""
    with state_folder() as folder:
        async with Stack(folder, ports=Ports.free()) as stack:
            yield System(stack)


@pytest.fixture
async def http(system: System) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the HTTP port, without a token."""
    async with httpx.AsyncClient(base_url=system.stack.http_url, timeout=60) as client:
        yield client
