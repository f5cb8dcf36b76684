"""The whole system in this process, and the owner's things in it, once for all tests of this folder."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

import httpx
import pytest
import structlog

from tests.conftest import Servers
from tests.contract.authorisation.calls import Door, GrpcDoor, HttpDoor
from tests.contract.authorisation.system import Running, System
from tests.contract.authorisation.things import Things, make_things


@pytest.fixture(scope="session")
def running(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """What starts and stops the processes' parts."""
    return Running(servers, tmp_path_factory.mktemp("authorisation"), structlog.get_logger("test"))


@pytest.fixture(scope="session")
async def system(running: Running) -> AsyncIterator[System]:
    """All services and the gateway."""
    async with running.system() as started:
        yield started


@pytest.fixture(scope="session")
async def own(system: System, running: Running) -> Things:
    """What the owner has."""
    return await make_things(system, running)


@pytest.fixture(scope="session")
async def doors(system: System) -> AsyncIterator[Mapping[str, Door]]:
    """The gRPC port of each process by its name, and the gateway's HTTP port as `http`."""
    async with AsyncExitStack() as stack:
        found: dict[str, Door] = {
            name: await stack.enter_async_context(GrpcDoor.at(address)) for name, address in system.addresses.items()
        }
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=system.http_url, timeout=30))
        yield found | {"http": HttpDoor(client)}
