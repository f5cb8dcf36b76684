"""Reviews of what was reviewed, asked for at once: each is paid once, and whoever waits holds up nobody else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from atelier.reviewer.v1 import review_service_pb2 as pb

from chassis.errors import Unavailable
from services.reviewer.errors import BudgetExhausted, RequestIdUsed
from tests.integration.reviewer.conftest import Open
from tests.integration.reviewer.desk import Looks, Reviewer, review_request, source
from tests.integration.reviewer.written_review import OWNER, told

RUNNING, SUCCEEDED = pb.REVIEW_STATE_RUNNING, pb.REVIEW_STATE_SUCCEEDED
CUT_OFF = "SELECT pg_terminate_backend($1)"
WAITING = "SELECT pid FROM pg_stat_activity WHERE $1 = any(pg_blocking_pids(pid))"
REVIEW = (
    "INSERT INTO reviews (id, owner, request_id, fingerprint, project, kind, secret_policy, month, total) "
    "VALUES (uuidv7(), $1, $2, '', 'shop', 'review', 'REDACT', '2020-01', 1)"
)
FOUND = Looks(told={"a.py": [told("f1")]}, used=100)


async def test_many_who_repeat_one_request_for_what_was_reviewed_at_once_make_one_review(reviewer: Reviewer) -> None:
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(FOUND)
    request = review_request(source("a.py"))

    made = await asyncio.gather(*(reviewer.create(request) for _ in range(8)))

    assert len({review.review_id for review in made}) == 1
    assert all(review == made[0] for review in made)
    assert (await reviewer.quota()).requests.used == 2


async def test_ten_who_ask_at_once_for_what_was_reviewed_on_a_budget_for_three_get_three(open_reviewer: Open) -> None:
    reviewer = open_reviewer(lite_requests=4)
    shared, *others = [source(f"{number}.py") for number in range(11)]
    await reviewer.create(review_request(shared, *others))
    await reviewer.work(FOUND)
    asked = [review_request(*(shared, other)[:: (-1) ** number]) for number, other in enumerate(others)]

    ended = await asyncio.gather(*map(reviewer.create, asked), return_exceptions=True)

    assert sum(isinstance(one, pb.Review) for one in ended) == 3
    assert sum(isinstance(one, BudgetExhausted) for one in ended) == 7
    quota = await reviewer.quota()
    assert (quota.requests.used, quota.requests.reserved) == (4, 0)
    assert len(await reviewer.fetch("SELECT FROM reviews")) == 4
    assert len(await reviewer.fetch("SELECT FROM parts")) == 17


@pytest.mark.parametrize("others", [(), ("b.py",)], ids=["alone", "beside what is new"])
async def test_what_is_reviewed_as_something_else_meanwhile_is_worked_on(
    reviewer: Reviewer, others: tuple[str, ...]
) -> None:
    for text in ("x = 1\n", "x = 2\n"):
        await reviewer.create(review_request(source("a.py", text)))
        await reviewer.work(FOUND)

    first, second = [row["id"] for row in await reviewer.fetch("SELECT id FROM reviews ORDER BY id")]
    await reviewer.fetch("UPDATE latest SET review_id = $1 RETURNING path", first)

    async with uncommitted(reviewer, "UPDATE latest SET review_id = $1", second) as somebody_waits:
        asked = asyncio.create_task(reviewer.create(review_request(*map(source, ("a.py", *others)))))
        await somebody_waits()
    made = await asked

    assert {file.state for file in made.files} == {RUNNING}
    assert len(await reviewer.fetch("SELECT FROM reviews")) == 3
    quota = await reviewer.quota()
    assert (quota.requests.used, quota.requests.reserved) == (2, 1)


async def test_an_owner_whose_rows_are_held_keeps_nobody_else_waiting(reviewer: Reviewer) -> None:
    for owner in (OWNER, "bob"):
        await reviewer.create(review_request(source("a.py")), owner)
    await reviewer.work(FOUND)

    async with uncommitted(reviewer, "UPDATE latest SET path = path WHERE owner = $1", OWNER) as somebody_waits:
        held = [asyncio.create_task(reviewer.create(review_request(source("a.py")))) for _ in range(8)]
        await somebody_waits()
        async with asyncio.timeout(15):
            others = await reviewer.create(review_request(source("a.py")), "bob")
        waiting = sum(not task.done() for task in held)

    assert (others.state, waiting) == (SUCCEEDED, 8)
    assert {review.state for review in await asyncio.gather(*held)} == {SUCCEEDED}


async def test_who_waits_for_a_request_id_does_not_hold_the_account_that_its_holder_needs(reviewer: Reviewer) -> None:
    async with asked_with_a_held_id(reviewer):
        locked = await reviewer.fetch("SELECT balance FROM accounts WHERE subject = $1 FOR UPDATE NOWAIT", OWNER)

    assert locked


async def test_many_reviews_of_one_file_at_once_are_all_accepted(reviewer: Reviewer) -> None:
    await reviewer.set_plan("BUSINESS")
    shared, *others = [source(f"{number}.py") for number in range(31)]
    await reviewer.create(review_request(shared, *others))
    await reviewer.work(FOUND)

    made = await asyncio.gather(*(reviewer.create(review_request(shared, other)) for other in others))

    assert len({review.review_id for review in made}) == 30
    assert {review.state for review in made} == {SUCCEEDED}
    assert (await reviewer.quota()).requests.used == 31


async def test_many_who_ask_for_the_same_at_once_pay_for_each_review_that_was_written(reviewer: Reviewer) -> None:
    await reviewer.set_plan("BUSINESS")
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(FOUND)

    made = await asyncio.gather(*(reviewer.create(review_request(source("a.py"))) for _ in range(30)))

    assert {tuple(one.fingerprint for one in review.files[0].findings) for review in made} == {("f1",)}
    written = {review.review_id for review in made}
    assert len(await reviewer.fetch("SELECT FROM reviews")) == 1 + len(written)
    assert (await reviewer.quota()).requests.used == 1 + len(written)


async def test_who_never_comes_first_is_asked_to_come_again(
    reviewer: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def others_were_first(*_: object) -> None:
        return None

    monkeypatch.setattr(reviewer.accepting, "_try", others_were_first)

    with pytest.raises(Unavailable) as caught:
        await reviewer.create(review_request(source("a.py")))

    assert caught.value.reason == "FILES_CONTENDED"


async def test_a_review_that_is_cut_off_while_it_is_written_leaves_nothing(reviewer: Reviewer) -> None:
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(FOUND)
    before = await reviewer.written()
    request = review_request(source("a.py"), request_id="again")

    async with uncommitted(reviewer, REVIEW, OWNER, "again") as somebody_waits:
        asked = asyncio.create_task(reviewer.create(request))
        await reviewer.fetch(CUT_OFF, await somebody_waits())
        with pytest.raises(Unavailable):
            await asked
        assert await reviewer.written() == before

    assert (await reviewer.create(review_request(source("a.py")))).state == SUCCEEDED
    assert (await reviewer.quota()).requests.used == 2


async def test_a_request_id_that_another_call_uses_first_costs_nothing(reviewer: Reviewer) -> None:
    async with asked_with_a_held_id(reviewer):
        pass

    assert (await reviewer.quota()).requests.used == 1


@asynccontextmanager
async def asked_with_a_held_id(reviewer: Reviewer) -> AsyncIterator[None]:
    """Until the end, what was reviewed is asked for with a request id that another call uses first: it is refused."""
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(FOUND)
    async with uncommitted(reviewer, REVIEW, OWNER, "again") as somebody_waits:
        asked = asyncio.create_task(reviewer.create(review_request(source("a.py"), request_id="again")))
        await somebody_waits()
        yield
    with pytest.raises(RequestIdUsed):
        await asked


@asynccontextmanager
async def uncommitted(reviewer: Reviewer, query: str, *values: Any) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """What a query writes is committed at the end; until then, wait for whoever waits for that: its process id."""
    async with reviewer.database.connection() as connection, connection.transaction():
        await connection.execute(query, *values)
        ours = connection.get_server_pid()

        async def somebody_waits() -> int:
            async with asyncio.timeout(30):
                while not (waiting := await reviewer.fetch(WAITING, ours)):
                    pass
            return int(waiting[0]["pid"])

        yield somebody_waits
