"""A review written straight into the tables, for tests of what is told of it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from chassis.auth import Principal, Role, principal
from chassis.postgres import Database
from services.reviewer import store
from services.reviewer.comparing import FindingStatus, Told
from services.reviewer.coverage import Coverage, ModelRun, ModelStatus, ToolRun, ToolStatus
from services.reviewer.told import count, to_document
from tests.unit.reviewer.findings import finding

OWNER = "ann"
RUFF = ToolRun(tool="ruff", version="0.17", status=ToolStatus.RAN, seconds=0.01)
NO_MODEL = ModelRun(model="", status=ModelStatus.NONE)


@contextmanager
def caller(subject: str = OWNER, role: Role = Role.USER) -> Iterator[None]:
    """Calls are this caller's for the block's time."""
    token = principal.set(Principal(subject, role))
    try:
        yield
    finally:
        principal.reset(token)


def told(fingerprint: str, status: FindingStatus = FindingStatus.NEW, **details: Any) -> Told:
    """A finding as a review tells it."""
    return Told(finding=finding(**details), fingerprint=fingerprint, status=status)


async def write_review(database: Database, *, paths: Sequence[str], owner: str = OWNER) -> UUID:
    """A running review of files, each a part."""
    review_id, numbers = uuid4(), list(range(len(paths)))
    async with database.connection() as connection:
        await connection.execute(
            "INSERT INTO reviews (id, owner, request_id, fingerprint, project, kind, secret_policy, month, total) "
            "VALUES ($1, $2, gen_random_uuid()::text, '', 'shop', 'review', 'REDACT', '2026-11', $3)",
            review_id,
            owner,
            len(paths),
        )
        await connection.execute(
            "INSERT INTO parts (review_id, number, task, path, inputs, identity) "
            "SELECT $1, number, 'review', path, '{}', '' FROM unnest($2::integer [], $3::text []) AS f (number, path)",
            review_id,
            numbers,
            list(paths),
        )
    return review_id


async def end_parts(
    database: Database,
    review_id: UUID,
    numbers: Sequence[int],
    found: Sequence[Told] = (),
    *,
    tools: Sequence[ToolRun] = (RUFF,),
) -> None:
    """End parts with the same findings each."""
    coverage, findings = Coverage(tools=tools, model=NO_MODEL), [("a.py", one) for one in found]

    async def write(connection: Any) -> None:
        await connection.execute(
            "UPDATE parts SET state = 'SUCCEEDED', outcome = 'COMPLETE', ended_at = now(), coverage = $3, "
            "steps = '[[\"linters\", 0.25]]' WHERE review_id = $1 AND number = any($2::integer [])",
            review_id,
            numbers,
            json.dumps(coverage.to_document()),
        )
        for number in numbers if findings else ():
            await store.insert_findings(connection, review_id, number, json.dumps(to_document(findings, [])))
        await connection.execute(
            "UPDATE reviews SET succeeded = succeeded + $2, counts = $3, "
            "ended_at = CASE WHEN succeeded + $2 = total THEN now() END WHERE id = $1",
            review_id,
            len(numbers),
            [one * len(numbers) for one in count(found)],
        )

    await database.transact(write)
