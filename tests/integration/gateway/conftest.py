"""A gateway and a stand-in for the resolver, once for all tests of this folder."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

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
