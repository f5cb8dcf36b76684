"""A gateway and a stand-in for the resolver, once for all tests of this folder."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.gateway.crowd import Crowd, run_crowd
from tests.integration.gateway.rig import SECRET, Gateway, StandIn, run_gateway, trouble


@pytest.fixture(autouse=True)
def no_trouble() -> Iterator[None]:
    """Every test fails that leaves an error in the gateway's log."""
    trouble.clear()
    yield
    assert trouble == []


@pytest.fixture(scope="session")
def secret_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gateway") / "secret"
    path.write_text(SECRET)
    return path


@pytest.fixture(scope="session")
async def running_stand_in() -> AsyncIterator[StandIn]:
    one = StandIn()
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
def stand_in(running_stand_in: StandIn) -> StandIn:
    """The resolver's stand-in, which answers nothing yet."""
    running_stand_in.answers.clear()
    running_stand_in.lost.clear()
    return running_stand_in


@pytest.fixture(scope="session")
async def gateway(running_stand_in: StandIn, secret_file: Path) -> AsyncIterator[Gateway]:
    async with run_gateway(secret_file, running_stand_in.port) as running:
        yield running


@pytest.fixture(scope="session")
async def running_crowd(secret_file: Path) -> AsyncIterator[Crowd]:
    async with run_crowd(secret_file) as crowd:
        yield crowd


@pytest.fixture
def crowd(running_crowd: Crowd) -> Crowd:
    """Stand-ins for all services, which answer nothing yet, and the gateway before them."""
    for service in running_crowd.services.values():
        service.answers.clear()
    return running_crowd
