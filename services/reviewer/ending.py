"""The end of a part, in the transaction that ends its job: its row and findings, its review's sums, and the money.

Whoever ends one locks in one order: the job, the part, the review, which part of its path was the last, the account of
tokens, that of requests.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jobs.job import EndedJob
from jobs.outcomes import Done, Failed, Outcome
from jobs.points import reached
from jobs.running import Job
from jobs.transactions import Transaction
from ledger import ledger
from services.reviewer import store
from services.reviewer.accounts import requests_of, tokens_of
from services.reviewer.comparing import Told
from services.reviewer.coverage import Coverage
from services.reviewer.coverage import Outcome as ReviewOutcome
from services.reviewer.errors import JobOfReview
from services.reviewer.parts import PartName
from services.reviewer.told import count, to_document

if TYPE_CHECKING:
    from chassis.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a part. Findings stand behind the paths that they are in, by line; see `Told`.

    `untold` ones are kept to be compared with only. `steps` are names and seconds. `compared`: whether the part is what
    the next review of its path is compared with. `failed`: why its job has failed all the same.
    """

    outcome: ReviewOutcome
    coverage: Coverage
    language: str = ""
    summary: str = ""
    saved_tokens: int = 0
    told: Sequence[tuple[str, Told]] = ()
    untold: Sequence[tuple[str, Told]] = ()
    steps: Sequence[tuple[str, float]] = ()
    compared: bool = True
    failed: Failed | None = None


async def finish_part(transaction: Transaction, job: Job, part: store.Row, result: Result) -> None:
    """End a part, a row of get_part on which the job works, as SUCCEEDED. Nothing is done when it has ended."""
    connection, name = transaction.connection, PartName(part["review_id"], part["number"])
    ended = await store.finish_part(
        connection,
        name.review_id,
        name.number,
        job.id,
        outcome=result.outcome,
        language=result.language,
        coverage=json.dumps(result.coverage.to_document()),
        summary=result.summary,
        saved_tokens=result.saved_tokens,
        steps=json.dumps(result.steps),
        counts=count([told for _, told in result.told]),
        error_class=result.failed.error_class if result.failed else None,
        error_message=result.failed.message if result.failed else None,
    )
    if ended is None:
        return
    if result.told or result.untold:
        findings = to_document(result.told, result.untold)
        await store.insert_findings(connection, name.review_id, name.number, json.dumps(findings))
    if result.compared:
        await store.note_latest(connection, name.review_id, name.number)
    reached("review.written")
    await _pay(connection, name, ended)


def outcome_of(job: Job, part: store.Row, result: Result) -> Outcome:
    """How the job ends that came to the result: where the model failed, told only when there is no other attempt."""

    async def write(transaction: Transaction) -> None:
        await finish_part(transaction, job, part, result)

    if result.failed is None:
        return Done(write)
    return replace(result.failed, effect=write)


async def end_part(transaction: Transaction, job: EndedJob) -> None:
    """Note the end of a part that wasn't carried out, and pay what its model calls have used; a kind's `on_end`."""
    name = PartName.from_payload(job.payload)
    ended = await store.end_part(
        transaction.connection,
        name.review_id,
        name.number,
        job.id,
        job.state,
        error_class=job.error_class,
        error_message=job.error_message,
    )
    if ended is not None:
        await _pay(transaction.connection, name, ended)


async def refuse_retry(transaction: Transaction, job: EndedJob) -> None:
    """Raises JobOfReview: a job alone would work without a budget, for a review that has told its part's end."""
    raise JobOfReview(str(PartName.from_payload(job.payload).review_id))


async def _pay(connection: "Connection", name: PartName, ended: store.Row) -> None:
    """Settle the part's tokens, and the review's request with its last part: nobody pays for one that all failed."""
    if ended["reservation"] is not None:
        tokens = tokens_of(ended["owner"], ended["month"])
        await _end_reservation(connection, tokens, ended["reservation"], ended["tokens"])
    if ended["state"] != "RUNNING":
        requests = requests_of(ended["owner"], ended["month"])
        await _end_reservation(connection, requests, str(name.review_id), 1 if ended["succeeded"] else 0)


async def _end_reservation(connection: "Connection", account: ledger.Account, key: str, used: int) -> None:
    if used:
        await ledger.settle(connection, account, key, used)
    else:
        await ledger.release(connection, account, [key])
