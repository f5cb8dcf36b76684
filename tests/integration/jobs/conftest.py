"""The jobs of a made-up service on a schema of the test's own, with Redis and without."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import structlog
from opentelemetry.metrics import Meter

from chassis.postgres import Database
from jobs.job import EndedJob
from jobs.kinds import Kind
from jobs.transactions import Transaction
from tests.conftest import Schema, Servers
from tests.integration.jobs.engine import Bench, Engines
from tests.integration.jobs.rig import Rig, open_rig, settings


class Told(list[tuple[str, EndedJob]]):
    """What the hooks of the kind `toil` were told, by hook."""

    async def end(self, transaction: Transaction, job: EndedJob) -> None:
        """Note it."""
        self.append(("end", job))

    async def retry(self, transaction: Transaction, job: EndedJob) -> None:
        """Note it."""
        self.append(("retry", job))


@pytest.fixture
def tables_of() -> list[str]:
    return ["jobs", "ledger", "services/resolver"]


@pytest.fixture
def told() -> Told:
    """Nothing yet."""
    return Told()


@pytest.fixture
def kinds(told: Told) -> list[Kind]:
    """One with hooks, one whose keys take turns, and one that nobody enqueues."""
    return [
        Kind(name="toil", max_attempts=3, on_end=told.end, on_retry=told.retry),
        Kind(name="keyed", max_running_per_key=1),
        Kind(name="idle"),
    ]


@pytest.fixture
async def rig(
    database: Database, schema: Schema, kinds: list[Kind], meter: Meter, log: structlog.stdlib.BoundLogger
) -> AsyncIterator[Rig]:
    """Without Redis: one process hears its own events, and all that is decided is decided by PostgreSQL."""
    alone = settings(None)
    async with open_rig(database, kinds=kinds, prefix=schema.name, settings=alone, meter=meter, log=log) as rig:
        yield rig


@pytest.fixture
async def rig_with_redis(
    servers: Servers,
    database: Database,
    schema: Schema,
    kinds: list[Kind],
    meter: Meter,
    log: structlog.stdlib.BoundLogger,
) -> AsyncIterator[Rig]:
    """With it, for what is told of it."""
    told = settings(servers.stack.redis_url)
    async with open_rig(database, kinds=kinds, prefix=schema.name, settings=told, meter=meter, log=log) as rig:
        yield rig


@pytest.fixture
async def engine(
    database: Database,
    servers: Servers,
    schema: Schema,
    meter: Meter,
    log: structlog.stdlib.BoundLogger,
) -> AsyncIterator[Engines]:
    """Makes engines, each like a process of its own; they stop when the test ends."""
    async with AsyncExitStack() as stack:
        yield Engines(Bench(database, schema.name, servers.stack.redis_url, meter, log), stack)
