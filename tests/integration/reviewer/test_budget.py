"""Budgets: a month's tokens and requests, under plans that change, and never more than they allow."""

import asyncio
import itertools
from datetime import UTC, datetime

import pytest
from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
from atelier.reviewer.v1 import review_service_pb2 as pb
from google.rpc import error_details_pb2

from chassis.auth import Role
from jobs.errors import OwnerNotAllowed
from jobs.job import ErrorClass
from jobs.outcomes import Failed
from services.reviewer.errors import BudgetExhausted
from services.reviewer.models.tokens import most_tokens
from tests.integration.reviewer.conftest import Open
from tests.integration.reviewer.desk import ANSWER, Looks, Reviewer, review_request, source
from tests.integration.reviewer.written_review import OWNER, caller

COUNT = itertools.count()
ONE_FILE = most_tokens("a.py", "00000\n") + ANSWER  # Tokens.


def spent(budget: quota_pb.Budget) -> tuple[int, int, int]:
    """Limit, used and reserved."""
    return budget.limit, budget.used, budget.reserved


def file_request() -> pb.CreateReviewRequest:
    """A request for one small file, whose content was never seen before."""
    return review_request(source("a.py", f"{next(COUNT):05}\n"))


async def test_whoever_has_asked_for_nothing_has_the_whole_plan(reviewer: Reviewer) -> None:
    quota = await reviewer.quota()

    assert (quota.owner, quota.plan) == (OWNER, quota_pb.PLAN_LITE)
    assert spent(quota.tokens) == (100_000, 0, 0)
    assert spent(quota.requests) == (10, 0, 0)
    now = datetime.now(UTC)
    reset = quota.reset_time.ToDatetime(UTC)
    assert (reset.day, reset.hour, reset.minute, reset.second) == (1, 0, 0, 0)
    assert 0 < (reset - now).total_seconds() <= 31 * 86_400


async def test_what_was_set_aside_is_settled_at_what_was_used(reviewer: Reviewer) -> None:
    review = await reviewer.create(review_request(source("a.py"), source("b.py")))
    reserved = (await reviewer.quota()).tokens.reserved

    await reviewer.work(Looks(used=500))

    assert reserved == 2 * ONE_FILE
    quota = await reviewer.quota()
    assert (spent(quota.tokens), spent(quota.requests)) == ((100_000, 1_000, 0), (10, 1, 0))
    assert (await reviewer.get(review)).usage.input_tokens == 2 * 499


async def test_a_review_that_failed_costs_the_tokens_that_were_used_and_no_request(reviewer: Reviewer) -> None:
    await reviewer.create(review_request(source("a.py")))

    await reviewer.work(Looks(used=500, failed=Failed(ErrorClass.INVALID, "It is wrong.")))

    quota = await reviewer.quota()
    assert (spent(quota.tokens), spent(quota.requests)) == ((100_000, 500, 0), (10, 0, 0))


async def test_too_few_tokens_are_told_with_the_quota_and_the_month_s_end_and_nothing_is_written(
    open_reviewer: Open,
) -> None:
    reviewer = open_reviewer(lite_tokens=10_000)
    before = await reviewer.written()

    with pytest.raises(BudgetExhausted) as caught:
        await reviewer.create(review_request(source("a.py"), source("b.py")))

    quota = await reviewer.quota()
    resets_at = quota.reset_time.ToDatetime(UTC)
    assert caught.value.metadata == {
        "what": "tokens",
        "asked": str(2 * ONE_FILE),
        "left": "10000",
        "resets_at": resets_at.isoformat().replace("+00:00", "Z"),
    }
    failure, retry = caught.value.details()
    assert isinstance(failure, error_details_pb2.QuotaFailure)
    assert isinstance(retry, error_details_pb2.RetryInfo)
    assert failure.violations[0].subject == f"tokens:{OWNER}"
    seconds = (resets_at - datetime.now(UTC)).total_seconds()
    assert 0 <= retry.retry_delay.seconds - seconds < 60
    assert await reviewer.written() == before


async def test_too_few_requests_are_told_too(open_reviewer: Open) -> None:
    reviewer = open_reviewer(lite_requests=1)
    await reviewer.create(file_request())
    before = await reviewer.written()

    with pytest.raises(BudgetExhausted) as caught:
        await reviewer.create(file_request())

    assert caught.value.metadata["what"] == "requests"
    assert (caught.value.metadata["asked"], caught.value.metadata["left"]) == ("1", "0")
    assert await reviewer.written() == before


async def test_ten_who_spend_at_once_on_a_budget_for_three_get_three(open_reviewer: Open) -> None:
    reviewer = open_reviewer(lite_tokens=3 * ONE_FILE + 100)

    ended = await asyncio.gather(*(reviewer.create(file_request()) for _ in range(10)), return_exceptions=True)

    assert sum(isinstance(one, pb.Review) for one in ended) == 3
    assert sum(isinstance(one, BudgetExhausted) for one in ended) == 7
    assert spent((await reviewer.quota()).tokens)[1:] == (0, 3 * ONE_FILE)
    assert len(await reviewer.fetch("SELECT FROM reviews")) == 3
    assert len(await reviewer.fetch("SELECT FROM jobs")) == 3


async def test_a_plan_is_granted_once_to_many_who_begin_a_month_at_once(reviewer: Reviewer) -> None:
    await asyncio.gather(*(reviewer.create(file_request()) for _ in range(8)))

    grants = await reviewer.fetch("SELECT unit, key, amount FROM entries WHERE reason = 'GRANT' ORDER BY amount")
    assert [(grant["key"], grant["amount"]) for grant in grants] == [("up-to-10", 10), ("up-to-100000", 100_000)]


async def test_a_plan_that_is_raised_counts_at_once(open_reviewer: Open) -> None:
    reviewer = open_reviewer(lite_tokens=ONE_FILE, pro_tokens=3 * ONE_FILE)
    await reviewer.create(file_request())

    quota = await reviewer.set_plan("PRO")

    assert (quota.plan, spent(quota.tokens)) == (quota_pb.PLAN_PRO, (3 * ONE_FILE, 0, ONE_FILE))
    await reviewer.create(file_request())
    await reviewer.create(file_request())
    with pytest.raises(BudgetExhausted):
        await reviewer.create(file_request())
    assert spent((await reviewer.quota()).tokens) == (3 * ONE_FILE, 0, 3 * ONE_FILE)


async def test_a_plan_that_is_lowered_leaves_what_it_allows_and_used_stays_used(open_reviewer: Open) -> None:
    reviewer = open_reviewer(lite_tokens=2 * ONE_FILE, pro_tokens=9 * ONE_FILE)
    await reviewer.set_plan("PRO")
    await reviewer.create(file_request())

    quota = await reviewer.set_plan("LITE")

    assert spent(quota.tokens) == (2 * ONE_FILE, 0, ONE_FILE)
    await reviewer.create(file_request())
    before = await reviewer.written()
    with pytest.raises(BudgetExhausted) as caught:
        await reviewer.create(file_request())
    assert caught.value.metadata["left"] == "0"
    assert await reviewer.written() == before


async def test_more_than_a_lowered_plan_allows_may_be_used_already(open_reviewer: Open) -> None:
    reviewer = open_reviewer(lite_tokens=ONE_FILE, pro_tokens=9 * ONE_FILE)
    await reviewer.set_plan("PRO")
    for _ in range(3):
        await reviewer.create(file_request())

    quota = await reviewer.set_plan("LITE")

    assert spent(quota.tokens) == (ONE_FILE, 0, 3 * ONE_FILE)
    with pytest.raises(BudgetExhausted) as caught:
        await reviewer.create(file_request())
    assert caught.value.metadata["left"] == "0"


async def test_what_takes_no_tokens_is_taken_when_more_are_used_than_the_plan_allows(open_reviewer: Open) -> None:
    reviewer = open_reviewer(lite_tokens=10, pro_tokens=9 * ONE_FILE)
    await reviewer.set_plan("PRO")
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(Looks(used=500))
    await reviewer.set_plan("LITE")

    again = await reviewer.create(review_request(source("a.py")))

    assert again.state == pb.REVIEW_STATE_SUCCEEDED
    assert spent((await reviewer.quota()).tokens) == (10, 500, 0)


async def test_those_who_spend_at_once_under_a_lowered_plan_do_not_overdraw(open_reviewer: Open) -> None:
    reviewer = open_reviewer(lite_tokens=3 * ONE_FILE, pro_tokens=9 * ONE_FILE)
    await reviewer.set_plan("PRO")
    await reviewer.create(file_request())
    await reviewer.set_plan("LITE")

    ended = await asyncio.gather(*(reviewer.create(file_request()) for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(one, pb.Review) for one in ended) == 2
    assert spent((await reviewer.quota()).tokens) == (3 * ONE_FILE, 0, 3 * ONE_FILE)


async def test_a_plan_that_goes_down_and_up_again_grants_nothing_twice(open_reviewer: Open) -> None:
    reviewer = open_reviewer(lite_tokens=ONE_FILE, pro_tokens=2 * ONE_FILE, business_tokens=3 * ONE_FILE)
    for plan in ("PRO", "LITE", "PRO", "BUSINESS"):
        await reviewer.set_plan(plan)
        if plan != "LITE":
            await reviewer.create(file_request())

    with pytest.raises(BudgetExhausted):
        await reviewer.create(file_request())
    assert spent((await reviewer.quota()).tokens) == (3 * ONE_FILE, 0, 3 * ONE_FILE)


async def test_a_new_month_begins_with_the_whole_plan(open_reviewer: Open) -> None:
    reviewer = open_reviewer(lite_tokens=ONE_FILE, lite_requests=1)
    last = await reviewer.create(file_request())
    with pytest.raises(BudgetExhausted):
        await reviewer.create(file_request())

    await let_the_month_pass(reviewer)

    assert spent((await reviewer.quota()).tokens) == (ONE_FILE, 0, 0)
    await reviewer.create(file_request())
    quota = await reviewer.quota()
    assert (spent(quota.tokens), spent(quota.requests)) == ((ONE_FILE, 0, ONE_FILE), (1, 0, 1))
    # What the last month began is paid by the last month.
    await reviewer.work(Looks(used=10))
    assert (await reviewer.get(last)).state == pb.REVIEW_STATE_SUCCEEDED
    assert spent((await reviewer.quota()).tokens) == (ONE_FILE, 10, 0)
    balances = await reviewer.fetch("SELECT balance FROM accounts WHERE unit LIKE 'tokens:%' ORDER BY unit")
    assert [row["balance"] for row in balances] == [ONE_FILE - 10, ONE_FILE - 10]


async def test_an_owner_sees_its_own_quota_and_an_operator_anybody_s(reviewer: Reviewer) -> None:
    await reviewer.set_plan("PRO", "bob")

    with caller(OWNER), pytest.raises(OwnerNotAllowed):
        await reviewer.budgeting.quota("bob")
    with caller("root", Role.OPERATOR):
        theirs = await reviewer.budgeting.quota("bob")
        own = await reviewer.budgeting.quota("")

    assert (theirs.terms.owner, theirs.terms.plan.name) == ("bob", "PRO")
    assert (own.terms.owner, own.terms.plan.name) == ("root", "LITE")


async def let_the_month_pass(reviewer: Reviewer) -> None:
    """Make this month's accounts and reviews those of a month that has passed."""
    async with reviewer.database.connection() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO accounts (subject, unit, balance) "
            "SELECT subject, split_part(unit, ':', 1) || ':2020-01', balance FROM accounts"
        )
        await connection.execute("UPDATE entries SET unit = split_part(unit, ':', 1) || ':2020-01'")
        await connection.execute("DELETE FROM accounts WHERE unit NOT LIKE '%:2020-01'")
        await connection.execute("UPDATE reviews SET month = '2020-01'")
