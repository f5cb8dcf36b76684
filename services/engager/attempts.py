"""Begins attempts within the limits of their accounts, which hold in any window of time, over all workers and restarts.

An act takes a token of its account's, which comes back when its window has passed. The connector hears of it after a
pause, or not at all when that is longer than it may be, and at any time of the call: so windows are longer by both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.gathering import Gathering
from chassis.postgres import Database
from services.engager import store

if TYPE_CHECKING:
    from chassis.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """What limits count in. `call_seconds` bounds a call, `pause_seconds` how long after it was counted it begins."""

    call_seconds: float
    pause_seconds: float = 5.0
    hour_seconds: float = 3_600.0
    day_seconds: float = 86_400.0


class Attempts:
    """Begins those that come at once by one statement."""

    def __init__(self, *, database: Database, windows: Windows) -> None:
        self._database = database
        self.pause_seconds = windows.pause_seconds
        longer_seconds = windows.pause_seconds + windows.call_seconds
        self._hour_seconds = windows.hour_seconds + longer_seconds
        self._day_seconds = windows.day_seconds + longer_seconds
        self._gathering = Gathering(self._begin)

    async def begin(self, work: store.Row) -> store.Row | None:
        """Begin an attempt at an activity, a row of get_work: a row of begin_attempts.

        None: its job works on it no more.
        """
        return await self._gathering.ask(work)

    async def _begin(self, works: Sequence[store.Row]) -> list[store.Row | None]:
        limited = sorted({work["account_id"] for work in works if work["per_hour"] or work["per_day"]})

        async def begin(connection: "Connection") -> list[store.Row]:
            if limited:
                # By a statement before those that count, so that they see the acts of whoever had the locks.
                await store.lock_accounts(connection, limited)
            return [row for some in _rounds(works) for row in await self._begin_some(connection, some)]

        open_transaction = self._database.transact if limited else self._database.run
        begun: dict[UUID, store.Row] = {row["activity_id"]: row for row in await open_transaction(begin)}
        return [begun.get(work["activity_id"]) for work in works]

    async def _begin_some(self, connection: "Connection", works: Sequence[store.Row]) -> store.Rows:
        return await store.begin_attempts(
            connection,
            [work["activity_id"] for work in works],
            [work["job_id"] for work in works],
            hour_seconds=self._hour_seconds,
            day_seconds=self._day_seconds,
        )


def _rounds(works: Sequence[store.Row]) -> list[list[store.Row]]:
    """All of them, no two of one account with limits together: the second has to count the first."""
    rounds: list[list[store.Row]] = []
    turns: dict[UUID, int] = {}
    for work in works:
        turn = turns.get(work["account_id"], 0)
        if work["per_hour"] or work["per_day"]:
            turns[work["account_id"]] = turn + 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(work)
    return rounds
