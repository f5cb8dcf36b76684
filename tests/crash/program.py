"""`python -m tests.crash.program work | accept`: a service as any other, to be killed.

`work` works on jobs. `accept` reads transactions from standard input, a JSON list of orders a line, and answers each
with a line once it is committed: that is what a caller of an RPC was told.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from opentelemetry.metrics import NoOpMeter
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.command import run_command
from chassis.lifecycle import Part
from chassis.postgres import Database
from jobs import points
from jobs.config import JobSettings
from jobs.job import NewJob
from jobs.outcomes import Outcome
from jobs.running import Handler, Job
from jobs.runtime import JobRuntime
from jobs.transactions import Transaction
from tests.crash import work

DUE = "SELECT clock_timestamp() + make_interval(secs => $1::double precision)"
ADD_ORDER = "INSERT INTO orders (key, job_id) VALUES ($1, $2)"


class ProgramSettings(JobSettings):
    """Settings of the program; each is `ATELIER_CRASH_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_CRASH_", frozen=True, extra="forbid", populate_by_name=True)

    database_url: SecretStr
    schema_name: str = Field(pattern="^[a-z_]+$")
    peer: Path


class Aim:
    """The point that the environment aims at: at once, or with ATELIER_TEST_LATER from the midst of the work on."""

    def __init__(self) -> None:
        self._aim = points._AIM
        if os.environ.get("ATELIER_TEST_LATER"):
            points._AIM = None

    def take(self) -> None:
        """From now on."""
        points._AIM = self._aim

    def before(self, handler: Handler) -> Handler:
        """The same handler, with the work in its midst when it begins."""

        async def begin(job: Job) -> Outcome:
            self.take()
            return await handler(job)

        return begin


class Acceptor:
    """Answers the lines of standard input until it ends."""

    def __init__(self, *, runtime: JobRuntime, aim: Aim, log: structlog.stdlib.BoundLogger) -> None:
        self._runtime = runtime
        self._aim = aim
        self._log = log
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to read."""
        reader = asyncio.StreamReader(limit=2**24)
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        self._task = asyncio.create_task(self._run(reader))

    async def stop(self) -> None:
        """Read no more; whoever has no answer must ask again."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            orders = json.loads(line)
            try:
                answer: dict[str, Any] = {"ok": await self._accept(orders)}
            except Exception as error:  # noqa: BLE001 - told to the caller, whatever it is
                self._log.exception("orders refused")
                answer = {"refused": repr(error)}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
            self._aim.take()

    async def _accept(self, orders: Sequence[dict[str, Any]]) -> dict[str, str]:
        """The job of each order's key. The order's own row and its job commit together (I1)."""

        async def work_on(transaction: Transaction) -> dict[str, str]:
            jobs = [await self._job(transaction, order) for order in orders]
            enqueued = await transaction.enqueue(jobs)
            for order, job in zip(orders, enqueued, strict=True):
                if job.created:
                    await transaction.connection.execute(ADD_ORDER, order["key"], job.id)
            return {order["key"]: str(job.id) for order, job in zip(orders, enqueued, strict=True)}

        return await self._runtime.transactions.transact(work_on)

    async def _job(self, transaction: Transaction, order: dict[str, Any]) -> NewJob:
        run_at: datetime | None = None
        if order.get("in_seconds"):
            run_at = await transaction.connection.fetchval(DUE, order["in_seconds"])
        return NewJob(
            kind=order["kind"],
            owner=work.OWNER,
            payload=json.dumps(order.get("details", {})).encode(),
            run_at=run_at,
            concurrency_key=order.get("concurrency_key"),
            idempotency_key=order["key"],
        )


def working(settings: ProgramSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of `work`."""
    aim = Aim()
    database, runtime = _foundation(settings, log)
    handlers = {kind: aim.before(handler) for kind, handler in work.handlers(settings.peer).items()}
    return [database, *runtime.serving_parts(), runtime.worker(handlers)]


def accepting(settings: ProgramSettings, log: structlog.stdlib.BoundLogger) -> Sequence[Part]:
    """The parts of `accept`."""
    database, runtime = _foundation(settings, log)
    return [database, *runtime.serving_parts(), Acceptor(runtime=runtime, aim=Aim(), log=log)]


def _foundation(settings: ProgramSettings, log: structlog.stdlib.BoundLogger) -> tuple[Database, JobRuntime]:
    meter = NoOpMeter("crash")
    database = Database(
        url=settings.database_url,
        schema=settings.schema_name,
        pool_size=5,
        statement_timeout_seconds=3.0,  # Also how long a frozen worker's transaction keeps its locks.
        meter=meter,
    )
    runtime = JobRuntime(
        service="crash",
        database=database,
        kinds=work.KINDS,
        settings=settings,
        prefix=settings.schema_name,
        meter=meter,
        log=log,
    )
    return database, runtime


def main(arguments: Sequence[str]) -> None:
    """Run the role that the arguments name."""
    run_command(
        arguments,
        process="crash",
        module="tests.crash.program",
        settings_class=ProgramSettings,
        commands=lambda: {"work": working, "accept": accepting},
    )


if __name__ == "__main__":
    main(sys.argv[1:])
