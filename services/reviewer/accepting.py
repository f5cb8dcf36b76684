"""Use case: accepting reviews, of files that were sent and of snapshots alike."""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import uuid_utils

from chassis.errors import Unavailable
from chassis.postgres import Database
from jobs.job import NewJob
from jobs.transactions import Transaction, Transactions
from services.reviewer import store
from services.reviewer.budget import Budget
from services.reviewer.contents import Contents
from services.reviewer.edition import Edition
from services.reviewer.errors import BudgetExhausted, RequestIdUsed
from services.reviewer.models.prompt import Task
from services.reviewer.new_review import NewReview, PlannedPart
from services.reviewer.parts import PartName
from services.reviewer.store import RequestIdKnown

if TYPE_CHECKING:
    from chassis.postgres import Connection

ATTEMPTS = 100  # Of many that come at once for the same files at least one is accepted while the others try.


@dataclass(frozen=True, slots=True)
class Accepted:
    """A review that is committed. `told`: its row of find_same_review, where that holds all that there is to tell."""

    review_id: UUID
    told: store.Row | None = None


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A review's parts by number: those to be worked on, and those that were reviewed before as they are."""

    work: Mapping[int, PlannedPart]
    copies: Mapping[int, PlannedPart]
    identities: Sequence[bytes]

    def amounts(self, review_id: UUID) -> dict[str, int]:
        """Tokens to set aside, by reservation."""
        return {
            PartName(review_id, number).reservation: part.tokens for number, part in self.work.items() if part.tokens
        }


class Accepting:
    """Accepts reviews: all that one comes to, or nothing."""

    def __init__(
        self,
        *,
        database: Database,
        planned_once: Database,
        transactions: Transactions,
        contents: Contents,
        budget: Budget,
        edition: Edition,
        deadline_seconds: float,
    ) -> None:
        """`planned_once`: the same database, whose statements are planned once; see `Database.beside`.

        `deadline_seconds`: how long after it was accepted a part is given up.
        """
        self._database = database
        self._planned_once = planned_once
        self._transactions = transactions
        self._contents = contents
        self._budget = budget
        self._edition = edition
        self._deadline = timedelta(seconds=deadline_seconds)

    async def accept(self, owner: str, new: NewReview) -> Accepted:
        """The review, committed with its parts, their jobs and what they may cost (I1, I4), or the first's.

        Parts that were reviewed before as they are have ended at once, and a review that would tell no more than the
        last one of the same is that one. Raises BudgetExhausted, RequestIdUsed when the request id was used for other
        content, and Unavailable where others were always first. Then nothing is written.
        """
        edition = await self._edition.read()
        identities = [new.identity_of(part, edition) for part in new.parts]
        try:
            for _ in range(ATTEMPTS):
                accepted = await self._try(owner, new, identities)
                if accepted is not None:
                    return accepted
            raise Unavailable("Others review the same files all the time; try again.", reason="FILES_CONTENDED")
        except (RequestIdKnown, BudgetExhausted):
            # The same call may have been first, and the rest of the budget may have gone to it.
            first = await self._database.run(lambda connection: _find(connection, owner, new))
            if first is None:
                raise
            return Accepted(first)

    async def _try(self, owner: str, new: NewReview, identities: Sequence[bytes]) -> Accepted | None:
        """None, and nothing is written, where others have reviewed the same files meanwhile."""
        known = list[int]()
        if new.kind != Task.DEBUG:
            same = await self._find_same(owner, new, identities)
            if same is not None:
                return same
            row = await self._write(owner, new, _sorted(new, identities, range(len(new.parts))))
            if row["review_id"] is not None:
                return Accepted(row["review_id"])
            known = row["known"]
        parts = _sorted(new, identities, known)
        if not parts.work:
            return None
        await self._check(owner, new, parts)
        await self._store_contents(owner, new)
        row = await self._write(owner, new, parts)
        return Accepted(row["review_id"]) if row["review_id"] is not None else None

    async def _find_same(self, owner: str, new: NewReview, identities: Sequence[bytes]) -> Accepted | None:
        """The last review of the same, where another would tell no more: it costs nothing, and nothing is written."""

        async def read(connection: "Connection") -> store.Row | None:
            return await store.find_same_review(
                connection,
                owner,
                project=new.project,
                fingerprint=new.fingerprint,
                paths=[part.path for part in new.parts],
                identities=identities,
                request_id=new.request_id,
            )

        row = await self._planned_once.run(read)
        if row is None:
            return None
        return Accepted(row["review_id"], row if row["number"] is not None else None)

    async def _check(self, owner: str, new: NewReview, parts: _Sorted) -> None:
        """Raises RequestIdKnown and BudgetExhausted, before anything is written anywhere."""

        async def check(connection: "Connection") -> None:
            if await _find(connection, owner, new) is not None:
                raise RequestIdKnown
            await self._budget.check(connection, owner, tokens=sum(part.tokens for part in parts.work.values()))

        await self._database.run(check)

    async def _store_contents(self, owner: str, new: NewReview) -> None:
        async def read(connection: "Connection") -> set[str]:
            return await store.find_contents(connection, owner, list(new.contents))

        known = await self._database.run(read) if new.contents else set()
        await asyncio.gather(
            *(self._contents.put(new.contents[sha256]) for sha256 in new.contents if sha256 not in known)
        )

    async def _write(self, owner: str, new: NewReview, parts: _Sorted) -> store.Row:
        """A row of accept_review; nothing is written where the copies aren't what their paths were last reviewed as."""
        review_id = UUID(bytes=uuid_utils.uuid7().bytes)

        async def write(transaction: Transaction) -> store.Row:
            connection = transaction.connection
            row = await _insert_review(connection, review_id, owner, new, parts)
            if row["review_id"] is None:
                return row
            if parts.work:
                await store.insert_contents(connection, owner, list(new.contents))
                job_ids = await _enqueue(transaction, review_id, owner, new, parts, row["created_at"] + self._deadline)
                await _insert_parts(connection, review_id, parts, job_ids)
            # Last, so that the accounts are locked for as short as can be.
            tokens = parts.amounts(review_id)
            await self._budget.reserve(connection, owner, request=str(review_id), tokens=tokens, ended=not parts.work)
            return row

        return await self._transactions.transact(write)


async def _find(connection: "Connection", owner: str, new: NewReview) -> UUID | None:
    """The review that was accepted for this request before, if any. Raises RequestIdUsed."""
    row = await store.find_review(connection, owner, new.request_id, new.fingerprint)
    if row is not None and not row["same"]:
        raise RequestIdUsed(new.request_id)
    return row["review_id"] if row else None


def _sorted(new: NewReview, identities: Sequence[bytes], known: Collection[int]) -> _Sorted:
    copies = {number: new.parts[number] for number in known}
    work = {number: part for number, part in enumerate(new.parts) if number not in copies}
    return _Sorted(work, copies, identities)


async def _insert_review(
    connection: "Connection",
    review_id: UUID,
    owner: str,
    new: NewReview,
    parts: _Sorted,
) -> store.Row:
    return await store.accept_review(
        connection,
        review_id,
        owner=owner,
        request_id=new.request_id,
        fingerprint=new.fingerprint,
        project=new.project,
        kind=new.kind,
        snapshot_id=new.snapshot_id,
        secret_policy=new.secret_policy,
        total=len(new.parts),
        numbers=list(parts.copies),
        paths=[part.path for part in parts.copies.values()],
        identities=[parts.identities[number] for number in parts.copies],
    )


async def _enqueue(
    transaction: Transaction, review_id: UUID, owner: str, new: NewReview, parts: _Sorted, deadline: datetime
) -> list[UUID]:
    jobs = [
        NewJob(
            kind=part.task,
            owner=owner,
            payload=PartName(review_id, number).to_payload(),
            lane=new.lane,
            deadline=deadline,
        )
        for number, part in parts.work.items()
    ]
    return [job.id for job in await transaction.enqueue(jobs)]


async def _insert_parts(connection: "Connection", review_id: UUID, parts: _Sorted, job_ids: Sequence[UUID]) -> None:
    await store.insert_parts(
        connection,
        review_id,
        numbers=list(parts.work),
        tasks=[part.task for part in parts.work.values()],
        paths=[part.path for part in parts.work.values()],
        inputs=[json.dumps(part.inputs.to_document()) for part in parts.work.values()],
        identities=[parts.identities[number] for number in parts.work],
        job_ids=job_ids,
        reservations=[
            PartName(review_id, number).reservation if part.tokens else None for number, part in parts.work.items()
        ],
    )
