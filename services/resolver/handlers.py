"""The jobs of the resolver: how a scan is worked on, and what its job's other ends mean for it."""

from typing import TYPE_CHECKING
from uuid import UUID

from chassis.postgres import Database
from jobs.job import EndedJob, ErrorClass
from jobs.kinds import Kind
from jobs.outcomes import Done, Failed, Outcome
from jobs.running import Job
from jobs.transactions import Transaction
from services.resolver import store
from services.resolver.judging import Judging
from services.resolver.scanning import SCAN_KIND

if TYPE_CHECKING:
    from chassis.postgres import Connection

# A thousand embeddings against 20,000 known ones take half a minute on one core.
SCAN_TIMEOUT_SECONDS = 600.0


class ScanHandler:
    """Works on scans. The job's payload is the scan's id."""

    def __init__(self, *, database: Database, judging: Judging) -> None:
        self._database = database
        self._judging = judging

    async def __call__(self, job: Job) -> Outcome:
        """Look first, outside any transaction; what came of it is written with the job's end (I4)."""
        scan_id = UUID(bytes=job.payload)

        async def read(connection: "Connection") -> store.Row | None:
            return await store.get_scan(connection, scan_id, owner=None)

        scan = await self._database.run(read)
        if scan is None:
            return Failed(ErrorClass.NOT_FOUND, "The scan doesn't exist.")
        if scan["state"] != "PENDING":
            return Done()
        total = scan["total_detections"]
        found = await self._judging.look(scan_id, lambda left: job.progress(total - left, total))
        job.progress(total, total)

        async def write(transaction: Transaction) -> None:
            await self._judging.write(transaction, scan_id, found)

        return Done(write)


def scan_kind(*, concurrency: int) -> Kind:
    """The kind of job that a scan is, `concurrency` at once in a process."""
    return Kind(
        name=SCAN_KIND,
        timeout_seconds=SCAN_TIMEOUT_SECONDS,
        concurrency=concurrency,
        on_end=_end_scan,
        on_retry=_reopen_scan,
    )


async def _end_scan(transaction: Transaction, ended: EndedJob) -> None:
    await store.end_scan(
        transaction.connection,
        UUID(bytes=ended.payload),
        ended.state,
        error_class=ended.error_class,
        error_message=ended.error_message,
    )


async def _reopen_scan(transaction: Transaction, ended: EndedJob) -> None:
    await store.reopen_scan(transaction.connection, UUID(bytes=ended.payload))
