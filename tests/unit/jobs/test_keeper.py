"""The keeper of a worker's jobs on a database that falls silent for one statement, as no real one does at will."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast
from uuid import UUID, uuid4

import structlog
from opentelemetry.metrics import Meter

from chassis.postgres import Database
from jobs.bell import Bell
from jobs.events import Events
from jobs.keeper import Keeper
from jobs.kinds import Kind
from jobs.running import HeldJob, Job
from jobs.tally import Tally

KIND = Kind(name="work")
ID = UUID(int=1)


class Silent:
    """Answers a lease's renewal, and of all that is written beside only the second."""

    def __init__(self) -> None:
        self.silences = 0
        self.written = asyncio.Event()

    async def run(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        """Give the statement a connection."""
        return await work(self)

    async def fetch(self, statement: str, *arguments: Any) -> list[dict[str, Any]]:
        """Renewed."""
        return [{"id": ID, "renewed": True, "cancel_requested": False}]

    async def execute(self, statement: str, *arguments: Any) -> None:
        """Written, but for the first time."""
        if not statement.startswith("-- Notes how far"):
            return
        if not self.silences:
            self.silences += 1
            await asyncio.Event().wait()
        self.written.set()


async def test_progress_is_written_again_after_a_server_that_fell_silent(
    meter: Meter, log: structlog.stdlib.BoundLogger
) -> None:
    silent, tally = Silent(), Tally(meter)
    keeper = Keeper(
        database=cast(Database, silent),
        bell=Bell(redis=None, prefix="test", tally=tally, log=log),
        events=Events(redis=None, prefix="test", log=log),
        worker_id=uuid4(),
        place="here",
        kinds=["work"],
        lease_seconds=0.3,
        tally=tally,
        log=log,
    )
    await keeper.start()
    token = uuid4()
    save = partial(keeper.save_checkpoint, token)
    job = Job(job_id=ID, kind=KIND, owner="ann", payload=b"", attempt=1, checkpoint=None, save=save)
    held = HeldJob(
        job=job,
        kind=KIND,
        token=token,
        max_attempts=5,
        losses=0,
        cancel_requested=False,
        concurrency_key=None,
        remaining_seconds=None,
    )

    keeper.hold(held)
    job.progress(1, 2)
    async with asyncio.timeout(10):
        await silent.written.wait()
    await keeper.stop()

    assert silent.silences == 1
