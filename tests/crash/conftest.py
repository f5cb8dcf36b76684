"""Grounds on the run's servers, and on servers of a test's own that it may break."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from tests.conftest import Servers
from tests.crash.ground import LEASE_SECONDS, Ground, open_ground
from tests.crash.servers import OwnRedis

NewGround = Callable[..., AbstractAsyncContextManager[Ground]]
LETTERS = str.maketrans("0123456789", "ghijklmnop")


@pytest.fixture(scope="session")
def new_ground(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> NewGround:
    """Grounds in schemas of their own; `redis_url` None: without Redis."""

    @asynccontextmanager
    async def make(*, redis_url: str | None = servers.stack.redis_url, **settings: Any) -> AsyncIterator[Ground]:
        schema = f"crash_{uuid4().hex.translate(LETTERS)}"
        await servers.execute(f"CREATE SCHEMA {schema} AUTHORIZATION resolver")
        try:
            async with open_ground(
                url=SecretStr(servers.stack.database_url("resolver")),
                schema=schema,
                redis_url=redis_url,
                secret=servers.stack.layout.jwt_secret,
                folder=Path(tmp_path_factory.mktemp("crew")),
                **settings,
            ) as ground:
                yield ground
        finally:
            await servers.execute(f"DROP SCHEMA {schema} CASCADE")

    return make


@pytest.fixture
def lease_seconds() -> float:
    """What the workers on `ground` lease; a module may have its own."""
    return LEASE_SECONDS


@pytest.fixture
async def ground(new_ground: NewGround, lease_seconds: float) -> AsyncIterator[Ground]:
    """Ground of the test's own."""
    async with new_ground(lease_seconds=lease_seconds) as made:
        yield made


@pytest.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[OwnRedis]:
    """A running Redis that the test may stop."""
    server = OwnRedis(tmp_path)
    await server.start()
    yield server
    await server.stop()
