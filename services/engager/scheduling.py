"""Use case: scheduling activities. Each is checked by itself; those that are right are accepted together (I1)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import uuid_utils
from atelier.engager.v1 import engagement_service_pb2 as pb

from chassis.auth import principal
from chassis.errors import AtelierError, FieldViolation, InvalidArgument
from chassis.postgres import Database
from jobs.job import NewJob
from jobs.transactions import Transaction, Transactions
from services.engager import store
from services.engager.accepted import Accepted
from services.engager.checks import read_activity, untimely
from services.engager.errors import AccountNotFound, PodNotFound
from services.engager.links import holds_link
from services.engager.words import ACTIVITY_KIND, LinkPolicy

if TYPE_CHECKING:
    from chassis.postgres import Connection


class Overtaken(Exception):
    """Somebody has just accepted one of the same activities."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """An activity's row as it is shown, and whether this call made it."""

    row: store.Row
    created: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What activities are checked against: pods and accounts of the caller's, those that are known, and the time."""

    pods: set[UUID]
    accounts: Mapping[UUID, store.Row]
    known: Mapping[bytes, store.Row]
    now: datetime


class Scheduling:
    """Schedules activities of the caller's own pods and accounts."""

    def __init__(self, *, database: Database, transactions: Transactions, deadline_seconds: float) -> None:
        """`deadline_seconds`: an activity is given up so long after its time."""
        self._database = database
        self._transactions = transactions
        self._patience = timedelta(seconds=deadline_seconds)

    async def schedule(self, items: Sequence[pb.NewActivity]) -> Sequence[Scheduled | AtelierError]:
        """What became of each, in order: the activity, committed, or why it was refused."""
        owner = principal.get().subject
        # Off the loop, as it reads up to some megabytes.
        read = await asyncio.to_thread(lambda: [_read(item, place) for place, item in enumerate(items)])
        while True:
            around = await self._look(owner, [one for one in read if isinstance(one, Accepted)])
            judged = [_judge(one, place, around) for place, one in enumerate(read)]
            right = [one for one in judged if isinstance(one, Accepted)]
            new = list({one.key: one for one in reversed(right) if one.key not in around.known}.values())[::-1]
            try:
                await self._accept(owner, new)
            except Overtaken:
                continue
            return await self._told(judged, {one.key for one in new})

    async def _look(self, owner: str, accepted: Sequence[Accepted]) -> Surroundings:
        async def read(connection: "Connection") -> Surroundings:
            return Surroundings(
                pods=await store.find_pods(connection, owner, list({one.pod_id for one in accepted})),
                accounts=await store.find_accounts(connection, owner, list({one.account_id for one in accepted})),
                known=await store.find_activities(connection, [one.key for one in accepted]),
                now=await store.read_clock(connection),
            )

        return await self._database.run(read)

    async def _accept(self, owner: str, new: Sequence[Accepted]) -> None:
        """Commit activities and their jobs, all or none. Raises Overtaken."""
        if not new:
            return
        ids = [UUID(bytes=uuid_utils.uuid7().bytes) for _ in new]
        jobs = [self._job(owner, one, activity_id) for one, activity_id in zip(new, ids, strict=True)]

        async def write(transaction: Transaction) -> None:
            job_ids = [enqueued.id for enqueued in await transaction.enqueue(jobs)]
            written = await store.insert_activities(transaction.connection, owner, new, ids, job_ids)
            if written < len(new):
                raise Overtaken

        await self._transactions.transact(write)

    def _job(self, owner: str, accepted: Accepted, activity_id: UUID) -> NewJob:
        return NewJob(
            kind=ACTIVITY_KIND,
            owner=owner,
            payload=activity_id.bytes,
            run_at=accepted.run_at,
            deadline=accepted.run_at + self._patience,
            concurrency_key=str(accepted.account_id),
        )

    async def _told(
        self, judged: Sequence[Accepted | AtelierError], created: set[bytes]
    ) -> Sequence[Scheduled | AtelierError]:
        """The rows of those that were accepted, of which the first with a key counts as created."""
        keys = [one.key for one in judged if isinstance(one, Accepted)]
        rows = await self._database.run(lambda connection: store.find_activities(connection, keys))
        told: list[Scheduled | AtelierError] = []
        for one in judged:
            if isinstance(one, AtelierError):
                told.append(one)
                continue
            told.append(Scheduled(rows[one.key], one.key in created))
            created.discard(one.key)
        return told


def _read(item: pb.NewActivity, place: int) -> Accepted | AtelierError:
    try:
        return read_activity(item, f"activities[{place}]")
    except InvalidArgument as error:
        return error


def _judge(one: Accepted | AtelierError, place: int, around: Surroundings) -> Accepted | AtelierError:
    """The activity, or what is wrong with it here and now. What is known is known, however late it is."""
    if isinstance(one, AtelierError):
        return one
    field = f"activities[{place}]"
    account = around.accounts.get(one.account_id)
    if one.pod_id not in around.pods:
        return PodNotFound(f"{field}.pod_id", str(one.pod_id))
    if account is None:
        return AccountNotFound(f"{field}.account_id", str(one.account_id))
    if account["pod_id"] != one.pod_id:
        return InvalidArgument([FieldViolation(f"{field}.account_id", "is no member of the pod")])
    if one.key in around.known:
        return one
    if account["links"] == LinkPolicy.FORBID and holds_link(one.comment):
        return InvalidArgument([FieldViolation(f"{field}.comment", "must not hold a link: the account forbids them")])
    why = untimely(one, around.now)
    return InvalidArgument([FieldViolation(f"{field}.due_time", why)]) if why else one
