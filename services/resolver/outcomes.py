"""How many ids ended how: counted in the process, added to the table about once a second, and shown as metrics.

Counting in the resolving statement would make every look-up a write, and all callers queue for the same five rows.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import structlog
from opentelemetry.metrics import CallbackOptions, Meter, Observation

from chassis.errors import AtelierError
from chassis.postgres import Database
from services.resolver import store

if TYPE_CHECKING:
    from chassis.postgres import Connection

FLUSH_SECONDS = 1.0
LAST_FLUSH_SECONDS = 2.0
AUTO_CREATION_FAILURE = "EMBEDDING_INCOMPLETE"


def failure_share(counts: Mapping[str, int]) -> float:
    """Auto-creation failures as a share of all resolutions, in [0, 1]."""
    total = sum(counts.values())
    return counts.get(AUTO_CREATION_FAILURE, 0) / total if total else 0.0


class OutcomeCounter:
    """Counts since ever, over all processes. A killed process takes at most its last second with it."""

    def __init__(
        self, *, database: Database, threshold: float, meter: Meter, log: structlog.stdlib.BoundLogger
    ) -> None:
        self._database = database
        self._threshold = threshold
        self._log = log
        self._pending: Counter[str] = Counter()
        self._known: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._total = meter.create_counter("resolver.resolutions", description="Ids resolved or not, by outcome.")
        meter.create_observable_gauge(
            "resolver.auto_creation_failure_share",
            callbacks=[self._observe_share],
            description="Incomplete embeddings as a share of all resolutions, over all processes.",
        )
        meter.create_observable_gauge(
            "resolver.auto_creation_failure_alert",
            callbacks=[self._observe_alert],
            description="1 while the share is above its threshold.",
        )

    @property
    def threshold(self) -> float:
        """The share above which it is an alert."""
        return self._threshold

    async def start(self) -> None:
        """Begin to flush."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Flush what is left, if PostgreSQL is there and answers at once."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_FLUSH_SECONDS):
                    await self._try_flush()

    def add(self, counts: Counter[str]) -> None:
        """Count what a batch came to."""
        self._pending.update(counts)
        for outcome, count in counts.items():
            self._total.add(count, {"outcome": outcome})

    async def totals(self) -> dict[str, int]:
        """All counts so far, this process's up to now, the others' up to a second ago."""

        async def read(connection: "Connection") -> dict[str, int]:
            return await store.get_resolution_counts(connection)

        await self._flush()
        self._known = await self._database.run(read)
        return self._known

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            if self._pending:
                await self._try_flush()

    async def _try_flush(self) -> None:
        try:
            await self.totals()
        except AtelierError as error:
            self._log.debug("outcomes kept for later", error=repr(error))

    async def _flush(self) -> None:
        async with self._lock:
            counts = +self._pending
            if not counts:
                return

            async def write(connection: "Connection") -> None:
                await store.count_resolutions(connection, list(counts), list(counts.values()))

            await self._database.run(write)
            self._pending -= counts

    def _observe_share(self, options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(failure_share(self._known))]

    def _observe_alert(self, options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(int(failure_share(self._known) > self._threshold))]
