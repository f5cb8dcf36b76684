"""The connector that calls nobody."""

from datetime import UTC, datetime

from services.engager.connectors.connector import Action, Happened, NotHappened
from services.engager.connectors.dry_run import DryRun
from services.engager.words import Kind


async def test_it_succeeds_and_tells_what_would_have_been_sent() -> None:
    due = datetime(2030, 1, 1, tzinfo=UTC)
    action = Action(key="k", kind=Kind.LIKE, post="p", comment="", account="a", pod="b", due_time=due)

    end = await DryRun().call(action)

    assert isinstance(end, Happened)
    assert (end.answer.status, end.answer.external_id) == (0, "")
    assert end.answer.excerpt == (
        '{"key":"k","kind":"LIKE","post":"p","comment":"","account":"a","pod":"b","due_time":"2030-01-01T00:00:00Z"}'
    )


async def test_it_knows_of_nothing_that_happened() -> None:
    assert await DryRun().look_up("k") == NotHappened()
