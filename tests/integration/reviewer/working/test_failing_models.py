"""A model that fails leaves what tools found; it ends as its error's class says, with tokens and budget exact."""

import json
from typing import Any

import pytest
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.reviewer.v1 import review_service_pb2 as pb

from tests.integration.generator.backends.loopback import Exchange
from tests.integration.reviewer.models.model_server import INPUT_TOKENS, OUTPUT_TOKENS, REVIEW, Fault, status
from tests.integration.reviewer.working.conftest import NewWorkshop
from tests.integration.reviewer.workshop import Workshop, shown, source
from tests.invented_secrets import invented_secrets

TOKENS = INPUT_TOKENS + OUTPUT_TOKENS
# No linter looks at SQL, which takes no time; the secret scan finds something.
FILE = source("q.sql", f"SELECT 1;\nSELECT 2;\n-- {invented_secrets()['github-token']}\n")
ALREADY_FOUND = ("secret/github-token", "NEW", 3)


async def hang(exchange: Exchange) -> None:
    await exchange.hang()


async def cut(exchange: Exchange) -> None:
    await exchange.answer(200, {"id": "msg_01", "type": "message", "content": []}, claim=100)


def error_of(review: pb.Review) -> str:
    return jobs_pb.ErrorClass.Name(review.files[0].error.error_class).removeprefix("ERROR_CLASS_")


async def assert_tools_are_told(workshop: Workshop, review: pb.Review, *, tokens: int) -> None:
    [file] = review.files
    assert (review.state, file.state) == (pb.REVIEW_STATE_SUCCEEDED, pb.REVIEW_STATE_SUCCEEDED)
    assert (review.outcome, file.outcome) == (pb.REVIEW_OUTCOME_DEGRADED, pb.REVIEW_OUTCOME_DEGRADED)
    assert (file.coverage.model.status, bool(file.coverage.model.message)) == (pb.ModelRun.STATUS_FAILED, True)
    assert shown(review) == [ALREADY_FOUND]
    assert review.usage.input_tokens + review.usage.output_tokens == tokens
    assert await workshop.spent() == (tokens, 0, 1, 0)
    [job] = await workshop.fetch("SELECT state FROM jobs")
    assert job["state"] == "FAILED"


@pytest.mark.parametrize(
    ("fault", "settings", "error_class", "asked"),
    [
        (status(429, {"Retry-After": "9999"}), {}, "RATE_LIMITED", 1),
        (status(500), {}, "NETWORK", 2),
        (cut, {}, "NETWORK", 2),
        (hang, {"model_seconds": 0.3}, "TIMEOUT", 2),
        (status(400), {}, "INVALID", 1),
        (status(401), {}, "AUTH", 1),
        (status(402), {}, "QUOTA", 1),
        (status(404), {}, "NOT_FOUND", 1),
    ],
)
async def test_a_failure_that_lasts_ends_by_its_class_and_costs_nothing(
    new_workshop: NewWorkshop, fault: Fault, settings: dict[str, Any], error_class: str, asked: int
) -> None:
    async with new_workshop(attempts=2, **settings) as workshop:
        workshop.server.fault = fault

        review = await workshop.review(FILE)

        assert (error_of(review), len(workshop.server.asked)) == (error_class, asked)
        await assert_tools_are_told(workshop, review, tokens=0)


async def test_an_overloaded_model_uses_no_attempts_and_is_asked_until_the_deadline(new_workshop: NewWorkshop) -> None:
    async with new_workshop(attempts=1, review_deadline_seconds=3) as workshop:
        workshop.server.fault = status(529, {"Retry-After": "1"}, type="overloaded_error")

        review = await workshop.review(FILE)

        assert (error_of(review), len(workshop.server.asked) > 1) == ("RATE_LIMITED", True)
        await assert_tools_are_told(workshop, review, tokens=0)


async def test_a_refusal_is_asked_for_once_and_paid(new_workshop: NewWorkshop) -> None:
    async with new_workshop() as workshop:
        workshop.server.stops = "refusal"

        review = await workshop.review(FILE)

        assert (error_of(review), len(workshop.server.asked)) == ("INVALID", 1)
        await assert_tools_are_told(workshop, review, tokens=TOKENS)


async def test_an_answer_that_is_no_json_is_asked_for_again_and_each_is_paid(new_workshop: NewWorkshop) -> None:
    async with new_workshop(attempts=2) as workshop:
        workshop.server.says = "Certainly! Here is my review:"

        review = await workshop.review(FILE)

        assert (error_of(review), len(workshop.server.asked)) == ("UNKNOWN", 2)
        await assert_tools_are_told(workshop, review, tokens=2 * TOKENS)


@pytest.mark.parametrize("fault", [status(429, {"Retry-After": "1"}), status(529), status(500), cut])
async def test_a_failure_that_passes_is_as_if_it_had_not_been(new_workshop: NewWorkshop, fault: Fault) -> None:
    async with new_workshop(attempts=2) as workshop:

        async def fail_once(exchange: Exchange) -> None:
            workshop.server.fault = None
            await fault(exchange)

        workshop.server.fault = fail_once

        review = await workshop.review(FILE)

        assert (review.outcome, len(workshop.server.asked)) == (pb.REVIEW_OUTCOME_COMPLETE, 2)
        assert shown(review) == [("model/division-by-zero", "NEW", 2), ALREADY_FOUND]
        assert await workshop.spent() == (TOKENS, 0, 1, 0)


async def test_a_refusal_after_an_answer_that_was_no_json_is_paid_beside_it(new_workshop: NewWorkshop) -> None:
    async with new_workshop() as workshop:
        workshop.server.says = "{"

        async def refuse_next(exchange: Exchange) -> None:
            workshop.server.fault = None
            workshop.server.asked.pop()
            await workshop.server.handle(exchange)
            workshop.server.stops = "refusal"

        workshop.server.fault = refuse_next

        review = await workshop.review(FILE)

        assert (error_of(review), len(workshop.server.asked)) == ("INVALID", 2)
        await assert_tools_are_told(workshop, review, tokens=2 * TOKENS)


async def test_a_finding_on_line_10000_is_dropped_counted_and_paid(new_workshop: NewWorkshop) -> None:
    async with new_workshop() as workshop:
        far = {**REVIEW["findings"][0], "start_line": 10_000, "end_line": 10_000}  # type: ignore[dict-item]
        workshop.server.says = json.dumps({**REVIEW, "findings": [far]})

        review = await workshop.review(FILE)

        assert (review.outcome, review.files[0].coverage.dropped) == (pb.REVIEW_OUTCOME_COMPLETE, 1)
        assert shown(review) == [ALREADY_FOUND]
        assert await workshop.spent() == (TOKENS, 0, 1, 0)


async def test_an_answer_with_what_postgresql_cannot_hold_is_told_without_it(new_workshop: NewWorkshop) -> None:
    async with new_workshop() as workshop:
        odd = {**REVIEW["findings"][0], "message": "A\0B", "extra": float("nan")}  # type: ignore[dict-item]
        workshop.server.says = json.dumps({"summary": "\0", "findings": [odd, "\0", {"\0": 1}]})

        review = await workshop.review(FILE)

        [found] = [one for one in review.files[0].findings if one.rule.startswith("model/")]
        assert (found.message, review.files[0].coverage.dropped) == ("AB", 2)
        assert await workshop.spent() == (TOKENS, 0, 1, 0)
