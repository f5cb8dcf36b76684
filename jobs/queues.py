"""Use cases: looking at queues, pausing and resuming them. Who may is said in servicer.py."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.postgres import Database
from jobs import store
from jobs.bell import Bell, BellAway
from jobs.errors import QueueNotFound
from jobs.kinds import Kind
from jobs.names import Names
from jobs.transactions import Transaction, Transactions

if TYPE_CHECKING:
    from chassis.postgres import Connection

HELD_KEYS_SHOWN = 1_000


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue: `counts` as measure_queues.sql names them, and what else is known of it.

    `bell`: rings in the stream, and how many each consumer hasn't acknowledged; None while Redis is away.
    """

    counts: store.Row
    held_keys: Sequence[store.Row]
    workers: Sequence[store.Row]
    bell: tuple[int, Mapping[str, int]] | None


class Queues:
    """The queues of one service: one for each of its kinds, also while it is empty."""

    def __init__(
        self,
        *,
        names: Names,
        database: Database,
        transactions: Transactions,
        bell: Bell,
        kinds: Mapping[str, Kind],
        stuck_seconds: float,
    ) -> None:
        self._names = names
        self._database = database
        self._transactions = transactions
        self._bell = bell
        self._kinds = kinds
        self._stuck_seconds = stuck_seconds

    async def get_queue(self, name: str) -> QueueView:
        """One queue. Raises QueueNotFound."""
        (view,) = await self._look([self._kind(name)])
        return view

    async def list_queues(self) -> list[QueueView]:
        """Every queue, ordered by name."""
        return await self._look(sorted(self._kinds))

    async def pause_queue(self, name: str) -> QueueView:
        """The queue, from which no worker starts any more. Raises QueueNotFound."""
        kind = self._kind(name)
        await self._transactions.transact(lambda transaction: store.pause_queue(transaction.connection, kind))
        return await self.get_queue(name)

    async def resume_queue(self, name: str) -> QueueView:
        """The queue, from which workers start again. Raises QueueNotFound."""
        kind = self._kind(name)

        async def work(transaction: Transaction) -> None:
            await store.resume_queue(transaction.connection, kind)
            transaction.ring(kind)

        await self._transactions.transact(work)
        return await self.get_queue(name)

    def _kind(self, name: str) -> str:
        kind = self._names.kind(name)
        if kind not in self._kinds:
            raise QueueNotFound(name)
        return kind

    async def _look(self, kinds: Sequence[str]) -> list[QueueView]:
        async def read(connection: "Connection") -> tuple[store.Rows, store.Rows, store.Rows]:
            return (
                await store.measure_queues(connection, kinds, stuck_seconds=self._stuck_seconds, in_full=True),
                await store.list_held_keys(connection, kinds, limit=HELD_KEYS_SHOWN),
                await store.list_workers(connection, kinds),
            )

        bells = await asyncio.gather(*(self._describe_bell(kind) for kind in kinds))
        counts, held_keys, workers = await self._database.run(read)
        held_by_kind, workers_by_kind = _by_kind(held_keys), _by_kind(workers)
        return [
            QueueView(row, held_by_kind[row["kind"]], workers_by_kind[row["kind"]], bell)
            for row, bell in zip(counts, bells, strict=True)
        ]

    async def _describe_bell(self, kind: str) -> tuple[int, Mapping[str, int]] | None:
        try:
            return await self._bell.describe(kind)
        except BellAway:
            return None


def _by_kind(rows: Iterable[store.Row]) -> defaultdict[str, list[store.Row]]:
    grouped: defaultdict[str, list[store.Row]] = defaultdict(list)
    for row in rows:
        grouped[row["kind"]].append(row)
    return grouped
