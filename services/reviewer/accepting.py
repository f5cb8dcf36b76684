"""Use case: accepting reviews, of files that were sent and of snapshots alike."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import uuid_utils

from chassis.postgres import Database
from jobs.job import NewJob
from jobs.transactions import Transaction, Transactions
from ledger import ledger
from services.reviewer import store
from services.reviewer.accounts import requests_of
from services.reviewer.budget import Budget
from services.reviewer.contents import Contents
from services.reviewer.edition import Edition
from services.reviewer.errors import BudgetExhausted, RequestIdUsed
from services.reviewer.models.prompt import Task
from services.reviewer.new_review import NewReview, PlannedPart
from services.reviewer.parts import PartName

if TYPE_CHECKING:
    from chassis.postgres import Connection


class Accepted(Exception):
    """Another call with the same request id was first; what this one wrote must not be committed."""


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A review's parts by number: those to be worked on, and those that were reviewed before as they are."""

    work: Mapping[int, PlannedPart]
    copies: Mapping[int, store.Row]
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
        transactions: Transactions,
        contents: Contents,
        budget: Budget,
        edition: Edition,
        deadline_seconds: float,
    ) -> None:
        """`deadline_seconds`: how long after it was accepted a part is given up."""
        self._database = database
        self._transactions = transactions
        self._contents = contents
        self._budget = budget
        self._edition = edition
        self._deadline = timedelta(seconds=deadline_seconds)

    async def accept(self, owner: str, new: NewReview) -> UUID:
        """The id of the review, committed with its parts, their jobs and what they may cost (I1, I4), or the first's.

        Parts that were reviewed before as they are have ended at once. Raises BudgetExhausted, and RequestIdUsed when
        the request id was used for other content. Then nothing is written.
        """
        edition = await self._edition.read()
        try:
            parts = await self._sort(owner, new, edition)
            # What was reviewed before is stored since then.
            if parts.work:
                await self._store_contents(owner, new)
            return await self._write(owner, new, parts)
        except (Accepted, BudgetExhausted):
            # The same call may have been first, and the rest of the budget may have gone to it.
            accepted = await self._database.run(lambda connection: _find(connection, owner, new))
            if accepted is None:
                raise
            return accepted

    async def _sort(self, owner: str, new: NewReview, edition: str) -> _Sorted:
        """Raises Accepted, RequestIdUsed, and BudgetExhausted, before anything is written anywhere."""
        identities = [new.identity_of(part, edition) for part in new.parts]
        compared = {
            part.path: identities[number] for number, part in enumerate(new.parts) if part.task is not Task.DEBUG
        }

        async def read(connection: "Connection") -> _Sorted:
            known = await store.list_reviewed(
                connection, owner, new.project, paths=list(compared), identities=list(compared.values())
            )
            parts = _sorted(new, identities, {row["path"]: row for row in known})
            if parts.work:
                # Else the writing finds out by itself, before anything is written.
                if await _find(connection, owner, new) is not None:
                    raise Accepted
                await self._budget.check(connection, owner, tokens=sum(part.tokens for part in parts.work.values()))
            return parts

        return await self._database.run(read)

    async def _store_contents(self, owner: str, new: NewReview) -> None:
        async def read(connection: "Connection") -> set[str]:
            return await store.find_contents(connection, owner, list(new.contents))

        known = await self._database.run(read) if new.contents else set()
        await asyncio.gather(
            *(self._contents.put(new.contents[sha256]) for sha256 in new.contents if sha256 not in known)
        )

    async def _write(self, owner: str, new: NewReview, parts: _Sorted) -> UUID:
        review_id = UUID(bytes=uuid_utils.uuid7().bytes)

        async def write(transaction: Transaction) -> None:
            connection = transaction.connection
            row = await _insert_review(connection, review_id, owner, new)
            if row is None:
                raise Accepted
            if parts.work:
                await store.insert_contents(connection, owner, list(new.contents))
            job_ids = await _enqueue(transaction, review_id, owner, new, parts, row["created_at"] + self._deadline)
            await _insert_parts(connection, review_id, parts, job_ids)
            ended = await _copy_parts(connection, review_id, owner, new.project, parts.copies)
            # Last, so that the accounts are locked for as short as can be.
            await self._budget.reserve(connection, owner, request=str(review_id), tokens=parts.amounts(review_id))
            if ended:
                await ledger.settle(connection, requests_of(owner, row["month"]), str(review_id), 1)

        await self._transactions.transact(write)
        return review_id


async def _find(connection: "Connection", owner: str, new: NewReview) -> UUID | None:
    """The review that was accepted for this request before, if any. Raises RequestIdUsed."""
    row = await store.find_review(connection, owner, new.request_id, new.fingerprint)
    if row is not None and not row["same"]:
        raise RequestIdUsed(new.request_id)
    return row["review_id"] if row else None


def _sorted(new: NewReview, identities: Sequence[bytes], known: Mapping[str, store.Row]) -> _Sorted:
    copies = {
        number: known[part.path]
        for number, part in enumerate(new.parts)
        if part.task is not Task.DEBUG and part.path in known
    }
    work = {number: part for number, part in enumerate(new.parts) if number not in copies}
    return _Sorted(work, copies, identities)


async def _insert_review(connection: "Connection", review_id: UUID, owner: str, new: NewReview) -> store.Row | None:
    return await store.insert_review(
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
    if not parts.work:
        return
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


async def _copy_parts(
    connection: "Connection", review_id: UUID, owner: str, project: str, copies: Mapping[int, store.Row]
) -> bool:
    """Whether the review has ended by that."""
    if not copies:
        return False
    ended = await store.copy_parts(
        connection,
        review_id,
        numbers=list(copies),
        last_review_ids=[row["review_id"] for row in copies.values()],
        last_numbers=[row["number"] for row in copies.values()],
        owner=owner,
        project=project,
    )
    await store.note_latest(connection, review_id, list(copies))
    return ended
