"""What was reviewed as it is isn't worked on again: what the next review makes of what the last one found."""

import pytest
from atelier.reviewer.v1 import review_service_pb2 as pb

from jobs.job import ErrorClass
from jobs.outcomes import Failed
from services.reviewer.comparing import FindingStatus
from services.reviewer.coverage import Coverage, ModelRun, ModelStatus
from services.reviewer.errors import BudgetExhausted, RequestIdUsed
from services.reviewer.finding import Severity
from tests.integration.reviewer.conftest import Open
from tests.integration.reviewer.desk import Looks, Reviewer, debug_request, review_request, source
from tests.integration.reviewer.written_review import caller, told

RUNNING, SUCCEEDED = pb.REVIEW_STATE_RUNNING, pb.REVIEW_STATE_SUCCEEDED
NEW, PERSISTING, DISMISSED = FindingStatus.NEW, FindingStatus.PERSISTING, FindingStatus.DISMISSED
FOUND = Looks(
    told={"a.py": [told("f1", severity=Severity.HIGH), told("f2", PERSISTING), told("f3", FindingStatus.FIXED)]},
    untold={"a.py": [told("f4")]},
    used=100,
)


async def test_a_file_that_was_reviewed_as_it_is_has_ended_at_once_with_what_was_found(reviewer: Reviewer) -> None:
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(FOUND)
    before = await reviewer.quota()

    again = await reviewer.create(review_request(source("a.py")))

    assert (again.state, again.outcome) == (SUCCEEDED, pb.REVIEW_OUTCOME_COMPLETE)
    [file] = again.files
    assert (file.state, file.language, file.summary, file.job) == (SUCCEEDED, "python", "a.py is a file.", "")
    assert file.coverage.model.status == pb.ModelRun.STATUS_CACHED
    assert [finding.fingerprint for finding in file.findings] == ["f1", "f2"]
    assert {finding.status for finding in file.findings} == {pb.FINDING_STATUS_PERSISTING}
    assert (again.counts.added, again.counts.persisting, again.counts.fixed) == (0, 2, 0)
    assert list(again.counts.by_severity) == [0, 1, 1, 0, 0]
    assert (again.usage.input_tokens, again.usage.output_tokens, again.usage.saved_tokens) == (0, 0, 0)
    after = await reviewer.quota()
    assert (after.tokens.used, after.tokens.reserved) == (before.tokens.used, 0)
    assert (after.requests.used, after.requests.reserved) == (2, 0)


async def test_only_what_changed_is_worked_on(reviewer: Reviewer) -> None:
    await reviewer.create(review_request(source("a.py"), source("b.py")))
    await reviewer.work(FOUND)

    again = await reviewer.create(review_request(source("b.py", "y = 2\n"), source("a.py"), source("c.py")))

    assert [file.state for file in again.files] == [RUNNING, SUCCEEDED, RUNNING]
    assert (again.state, again.progress.done, again.counts.persisting) == (RUNNING, 1, 2)
    assert len(await reviewer.fetch("SELECT FROM jobs WHERE ended_at IS NULL")) == 2
    await reviewer.work(Looks(told={"b.py": [told("g1")]}))
    ended = await reviewer.get(again)
    assert (ended.state, ended.counts.added, ended.counts.persisting) == (SUCCEEDED, 1, 2)


async def test_what_was_taken_over_is_taken_over_again_and_untold_findings_with_it(reviewer: Reviewer) -> None:
    await reviewer.create(review_request(source("a.py"), source("b.py")))
    await reviewer.work(FOUND)
    await reviewer.create(review_request(source("a.py")))

    third = await reviewer.create(review_request(source("a.py"), source("b.py")))

    assert third.state == SUCCEEDED
    assert third.files[0].coverage.model.status == pb.ModelRun.STATUS_CACHED
    kept = await reviewer.fetch(
        "SELECT fingerprint, told FROM findings JOIN latest USING (review_id, number) ORDER BY position"
    )
    assert [(row["fingerprint"], row["told"]) for row in kept] == [("f1", True), ("f2", True), ("f4", False)]
    assert {row["review_id"] for row in await reviewer.fetch("SELECT review_id::text FROM latest")} == {third.review_id}


async def test_what_was_dismissed_since_is_told_as_dismissed(reviewer: Reviewer) -> None:
    first = await reviewer.create(review_request(source("a.py")))
    await reviewer.work(FOUND)
    finding = (await reviewer.get(first)).files[0].findings[0]
    with caller():
        await reviewer.dismissing.dismiss(finding.finding_id, "It is meant so.")

    again = await reviewer.create(review_request(source("a.py")))

    assert [(one.fingerprint, one.status, one.dismissal) for one in again.files[0].findings] == [
        ("f1", pb.FINDING_STATUS_DISMISSED, "It is meant so."),
        ("f2", pb.FINDING_STATUS_PERSISTING, ""),
    ]
    assert (again.counts.persisting, again.counts.dismissed) == (1, 1)
    assert list(again.counts.by_severity) == [0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    ("looks", "what"),
    [
        (Looks(coverage=Coverage(model=ModelRun(model="local:m", status=ModelStatus.FAILED))), "was degraded"),
        (Looks(failed=Failed(ErrorClass.INVALID, "It is wrong.")), "failed"),
    ],
)
async def test_what_was_not_looked_at_completely_is_looked_at_again(
    reviewer: Reviewer, looks: Looks, what: str
) -> None:
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(looks)

    again = await reviewer.create(review_request(source("a.py")))

    assert again.state == RUNNING, what


@pytest.mark.parametrize(
    "asked",
    [
        review_request(source("b.py")),
        review_request(source("a.py", "x = 2\n")),
        review_request(source("a.py", "x = 1\n", (1, 1))),
        review_request(source("a.py"), project="other"),
        review_request(source("a.py"), secret_policy=pb.SECRET_POLICY_WITHHOLD),
        debug_request("e", source("a.py")),
    ],
    ids=["another path", "other content", "a diff", "another project", "another policy", "an error"],
)
async def test_whatever_a_result_depends_on_makes_it_another(reviewer: Reviewer, asked: pb.CreateReviewRequest) -> None:
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(FOUND)

    assert (await reviewer.create(asked)).state == RUNNING


async def test_what_another_owner_had_reviewed_is_reviewed(reviewer: Reviewer) -> None:
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(FOUND)

    assert (await reviewer.create(review_request(source("a.py")), "bob")).state == RUNNING


async def test_another_edition_of_the_tools_looks_at_everything_again(open_reviewer: Open) -> None:
    reviewer = open_reviewer()
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(FOUND)

    again = await open_reviewer(models="local:other").create(review_request(source("a.py")))

    assert again.state == RUNNING


async def test_the_same_error_is_explained_again(reviewer: Reviewer) -> None:
    await reviewer.create(debug_request("e", source("a.py")))
    await reviewer.work(Looks())

    assert (await reviewer.create(debug_request("e", source("a.py")))).state == RUNNING


async def test_what_costs_no_tokens_any_more_needs_no_budget(open_reviewer: Open) -> None:
    reviewer = open_reviewer(lite_tokens=8_000)
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(Looks(used=8_000))

    again = await reviewer.create(review_request(source("a.py")))

    assert again.state == SUCCEEDED
    assert (await reviewer.quota()).tokens.used == 8_000


async def test_a_file_that_was_another_meanwhile_is_reviewed_again(reviewer: Reviewer) -> None:
    for text in ("x = 1\n", "x = 2\n"):
        await reviewer.create(review_request(source("a.py", text)))
        await reviewer.work(Looks())

    back = await reviewer.create(review_request(source("a.py", "x = 1\n")))

    assert back.state == RUNNING


async def test_several_that_were_reviewed_as_they_are_are_told_in_the_order_asked_for(reviewer: Reviewer) -> None:
    await reviewer.create(review_request(source("a.py"), source("b.py")))
    await reviewer.work(FOUND)

    again = await reviewer.create(review_request(source("b.py"), source("a.py")))

    assert again.state == SUCCEEDED
    assert [(file.path, len(file.findings)) for file in again.files] == [("b.py", 0), ("a.py", 2)]
    assert await reviewer.get(again) == again
    assert (await reviewer.quota()).requests.used == 2


async def test_a_repeated_request_for_what_was_reviewed_is_paid_once_and_other_content_is_refused(
    reviewer: Reviewer,
) -> None:
    await reviewer.create(review_request(source("a.py")))
    await reviewer.work(FOUND)
    request = review_request(source("a.py"), request_id="again")
    first = await reviewer.create(request)
    before = await reviewer.written()

    repeated = await reviewer.create(request)

    assert repeated == first
    with pytest.raises(RequestIdUsed):
        await reviewer.create(
            review_request(source("a.py"), request_id="again", secret_policy=pb.SECRET_POLICY_WITHHOLD)
        )
    assert await reviewer.written() == before


async def test_a_plan_that_was_raised_or_lowered_counts_for_what_was_reviewed_too(open_reviewer: Open) -> None:
    reviewer = open_reviewer(lite_requests=1, pro_requests=3)
    await reviewer.create(review_request(source("a.py"), source("b.py")))
    await reviewer.work(FOUND)
    with pytest.raises(BudgetExhausted):
        await reviewer.create(review_request(source("a.py")))

    await reviewer.set_plan("PRO")
    raised = await reviewer.create(review_request(source("a.py")))
    await reviewer.set_plan("LITE")

    assert raised.state == SUCCEEDED
    before = await reviewer.written()
    with pytest.raises(BudgetExhausted) as caught:
        await reviewer.create(review_request(source("b.py")))
    assert (caught.value.metadata["asked"], caught.value.metadata["left"]) == ("1", "0")
    assert await reviewer.written() == before
