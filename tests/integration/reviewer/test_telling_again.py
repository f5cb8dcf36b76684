"""The last review of the same is told again where another would tell no more: nothing is written, and nothing paid."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from chassis.postgres import Database
from services.reviewer.errors import RequestIdUsed
from tests.integration.reviewer.conftest import Open
from tests.integration.reviewer.desk import Looks, Reviewer, review_request, source
from tests.integration.reviewer.written_review import caller, told

if TYPE_CHECKING:
    from chassis.postgres import Connection

FOUND = Looks(told={"a.py": [told("f1")]}, used=100)


@pytest.mark.parametrize("paths", [("a.py",), ("a.py", "b.py")], ids=["one", "several"])
async def test_a_review_that_would_tell_no_more_than_the_last_one_of_the_same_is_that_one_and_costs_nothing(
    open_reviewer: Open, paths: tuple[str, ...]
) -> None:
    reviewer = open_reviewer(lite_requests=2)
    files = [source(path) for path in paths]
    await reviewer.create(review_request(*files))
    await reviewer.work(FOUND)
    second = await reviewer.create(review_request(*files))
    before = await reviewer.written()

    third = await reviewer.create(review_request(*files))

    assert third == second == await reviewer.get(second)
    assert await reviewer.written() == before


async def test_the_last_review_of_a_file_is_told_again_by_one_statement(
    reviewer: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(FOUND)
    await reviewer.create(review_request(source("a.py")))
    queries = log_queries(monkeypatch, reviewer.database, reviewer.planned_once)

    await reviewer.create(review_request(source("a.py")))

    assert len(queries) == 1


async def test_what_was_dismissed_since_the_last_review_is_told_by_another(reviewer: Reviewer) -> None:
    await reviewer.create(review_request(source("a.py"), source("b.py")))
    await reviewer.work(Looks(told={"a.py": [told("f1")], "b.py": [told("f1")]}))
    second = await reviewer.create(review_request(source("a.py")))
    of_another_file = (await reviewer.create(review_request(source("b.py")))).files[0].findings[0]
    with caller():
        await reviewer.dismissing.dismiss(of_another_file.finding_id, "It is meant so.")

    third = await reviewer.create(review_request(source("a.py")))

    assert third.review_id != second.review_id
    assert [(one.fingerprint, one.dismissal) for one in third.files[0].findings] == [("f1", "It is meant so.")]


async def test_a_used_request_id_stays_that_of_its_request_though_the_last_review_tells_as_much(
    reviewer: Reviewer,
) -> None:
    await reviewer.create(review_request(source("a.py"), source("b.py")))
    await reviewer.work(Looks())
    await reviewer.create(review_request(source("b.py"), request_id="of b"))
    await reviewer.create(review_request(source("a.py")))

    with pytest.raises(RequestIdUsed):
        await reviewer.create(review_request(source("a.py"), request_id="of b"))


def log_queries(monkeypatch: pytest.MonkeyPatch, *databases: Database) -> list[str]:
    """What PostgreSQL is asked from now on, in order."""
    queries = list[str]()

    @asynccontextmanager
    async def connection(plain: "Callable[[], AbstractAsyncContextManager[Connection]]") -> "AsyncIterator[Connection]":
        async with plain() as borrowed:
            with borrowed.query_logger(lambda asked: queries.append(asked.query)):
                yield borrowed

    for database in databases:
        monkeypatch.setattr(database, "connection", partial(connection, database.connection))
    return queries
