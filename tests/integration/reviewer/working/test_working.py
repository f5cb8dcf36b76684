"""From an accepted review to findings, coverage and money, with real tools and a model server over a socket."""

import asyncio
from decimal import Decimal

import pytest
from atelier.reviewer.v1 import review_service_pb2 as pb

from chassis.postgres import Database
from tests.crash.crew import until
from tests.integration.generator.backends.loopback import Exchange, free_port
from tests.integration.reviewer.models.model_server import INPUT_TOKENS, OUTPUT_TOKENS, REVIEW, words_sent
from tests.integration.reviewer.working.conftest import NewWorkshop
from tests.integration.reviewer.workshop import MODEL, PRICE, Workshop, request, shown, source
from tests.integration.reviewer.written_review import caller
from tests.invented_secrets import invented_secrets

CODE = """\
def mean(xs):
    return sum(xs) / len(xs)


def fetch(name):
    import subprocess
    return subprocess.run(f"ls {name}", shell=True)
"""
# No linter looks at SQL, which takes no time.
QUERY = source("q.sql", "SELECT 1;\nSELECT 2;\n")
TOKEN = invented_secrets()["github-token"]
TOKENS = INPUT_TOKENS + OUTPUT_TOKENS
COST = Decimal(INPUT_TOKENS * PRICE["input"] + OUTPUT_TOKENS * PRICE["output"]) / 1_000_000
COMPLETE, DEGRADED = pb.REVIEW_OUTCOME_COMPLETE, pb.REVIEW_OUTCOME_DEGRADED
OF_MODEL = ("model/division-by-zero", "NEW", 2)
STEPS = ["limits", "secrets", "linters", "redaction", "prompt", "cache", "model", "validation", "findings"]


def model_of(review: pb.Review) -> str:
    return pb.ModelRun.Status.Name(review.files[0].coverage.model.status).removeprefix("STATUS_")


def used(review: pb.Review) -> int:
    return review.usage.input_tokens + review.usage.output_tokens


async def test_a_file_is_looked_at_by_tools_and_the_model_and_paid_exactly(workshop: Workshop) -> None:
    review = await workshop.review(source("app.py", CODE))

    [file] = review.files
    assert (review.state, review.outcome, file.outcome) == (pb.REVIEW_STATE_SUCCEEDED, COMPLETE, COMPLETE)
    assert (file.language, file.summary) == ("python", REVIEW["summary"])
    assert (file.coverage.model.model, model_of(review)) == (MODEL, "RAN")
    tools = {tool.tool: tool.status for tool in file.coverage.tools}
    assert tools == dict.fromkeys(("secret-scan", "ruff", "pylint"), pb.ToolRun.STATUS_RAN)
    assert {OF_MODEL, ("ruff/S602", "NEW", 7)} < set(shown(review))
    assert [step.name for step in file.steps] == STEPS
    assert (review.usage.input_tokens, review.usage.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)
    assert review.usage.cost.nanos == COST * 10**9
    assert review.counts.added == len(file.findings)
    assert await workshop.spent() == (TOKENS, 0, 1, 0)


async def test_the_same_file_in_another_project_is_a_cache_hit_without_tokens(workshop: Workshop) -> None:
    first = await workshop.review(QUERY)
    second = await workshop.review(QUERY, project="another")

    assert (model_of(first), model_of(second), len(workshop.server.asked)) == ("RAN", "CACHED", 1)
    assert shown(second) == shown(first) == [OF_MODEL]
    assert (used(second), second.outcome, second.files[0].coverage.model.model) == (0, COMPLETE, MODEL)
    assert await workshop.spent() == (TOKENS, 0, 2, 0)


async def test_the_same_file_twice_has_no_new_findings_and_costs_nothing(workshop: Workshop) -> None:
    first = await workshop.review(QUERY)
    second = await workshop.review(QUERY)

    assert (model_of(second), used(second), second.counts.added) == ("CACHED", 0, 0)
    assert shown(second) == [("model/division-by-zero", "PERSISTING", 2)]
    assert [one.fingerprint for one in second.files[0].findings] == [one.fingerprint for one in first.files[0].findings]
    assert await workshop.spent() == (TOKENS, 0, 2, 0)


async def test_two_equal_reviews_at_once_make_one_call(workshop: Workshop) -> None:
    released = asyncio.Event()

    async def wait(exchange: Exchange) -> None:
        workshop.server.fault = None
        workshop.server.asked.pop()
        await released.wait()
        await workshop.server.handle(exchange)

    workshop.server.fault = wait
    reviews = [await workshop.accept(request(QUERY, project=project)) for project in "ab"]
    released.set()
    ended = [await workshop.ended(review) for review in reviews]

    assert sorted(model_of(review) for review in ended) == ["CACHED", "RAN"]
    assert (len(workshop.server.asked), sum(map(used, ended))) == (1, TOKENS)
    assert await workshop.spent() == (TOKENS, 0, 2, 0)


@pytest.mark.parametrize("redis", ["none", "away"])
async def test_without_redis_all_works_and_every_call_is_paid(new_workshop: NewWorkshop, redis: str) -> None:
    redis_url = None if redis == "none" else f"redis://127.0.0.1:{free_port()}"
    async with new_workshop(redis_url=redis_url) as workshop:
        first = await workshop.review(QUERY)
        second = await workshop.review(QUERY, project="another")

        assert (model_of(first), model_of(second), len(workshop.server.asked)) == ("RAN", "RAN", 2)
        assert await workshop.spent() == (2 * TOKENS, 0, 2, 0)


async def test_without_a_model_it_is_said_that_only_tools_looked(new_workshop: NewWorkshop) -> None:
    async with new_workshop(models="none") as workshop:
        review = await workshop.review(source("run.sh", "#!/bin/sh\nrm -r $1/*\n"))

        [file] = review.files
        assert (review.outcome, model_of(review), file.summary) == (COMPLETE, "NONE", "")
        assert "only tools" in file.coverage.model.message
        assert ("shellcheck/SC2086", "NEW", 2) in shown(review)
        assert (workshop.server.asked, await workshop.spent()) == ([], (0, 0, 1, 0))


async def test_moved_lines_keep_their_fingerprints(new_workshop: NewWorkshop) -> None:
    async with new_workshop(models="none") as workshop:
        first = await workshop.review(source("run.sh", "#!/bin/sh\nrm -r $1/*\n"))
        second = await workshop.review(source("run.sh", "#!/bin/sh\n# First.\n\nrm -r $1/*\n"))

        assert [one.fingerprint for one in second.files[0].findings] == [
            one.fingerprint for one in first.files[0].findings
        ]
        assert {status for _, status, _ in shown(second)} == {"PERSISTING"}
        assert {line for _, _, line in shown(second)} == {4}


async def test_what_is_gone_is_told_as_fixed_once(new_workshop: NewWorkshop) -> None:
    async with new_workshop(models="none") as workshop:
        await workshop.review(source("run.sh", "#!/bin/sh\necho $1\n"))
        second = await workshop.review(source("run.sh", '#!/bin/sh\necho "$1"\n'))
        third = await workshop.review(source("run.sh", '#!/bin/sh\necho "${1}"\n'))

        assert shown(second) == [("shellcheck/SC2086", "FIXED", 2)]
        assert (second.counts.fixed, shown(third)) == (1, [])


async def test_findings_of_a_model_that_does_not_look_are_neither_told_nor_forgotten(workshop: Workshop) -> None:
    await workshop.review(QUERY)
    workshop.server.stops = "refusal"
    second = await workshop.review(source("q.sql", "SELECT 1;\nSELECT 2;\n\n"))
    workshop.server.stops = "end_turn"
    third = await workshop.review(source("q.sql", "SELECT 1;\nSELECT 2;\n\n\n"))

    assert (second.outcome, shown(second)) == (DEGRADED, [])
    assert shown(third) == [("model/division-by-zero", "PERSISTING", 2)]


async def test_of_a_diff_only_what_touches_it_is_told(new_workshop: NewWorkshop) -> None:
    async with new_workshop(models="none") as workshop:
        script = "#!/bin/sh\necho $1\necho $2\n"
        changed = await workshop.review(source("run.sh", script, (3, 3)))
        whole = await workshop.review(source("run.sh", script))

        assert shown(changed) == [("shellcheck/SC2086", "NEW", 3)]
        assert shown(whole) == [("shellcheck/SC2086", "PERSISTING", 2), ("shellcheck/SC2086", "PERSISTING", 3)]


async def test_a_model_is_shown_what_of_a_long_file_a_diff_touches(workshop: Workshop) -> None:
    functions = [f"func f{number}() int {{\n\treturn {number}\n}}\n" for number in range(200)]
    text = "package main\n\n" + "\n".join(functions)

    review = await workshop.review(source("main.go", text, (4, 4)))

    [asked] = workshop.server.asked
    assert ("f0" in words_sent(asked), "f150" in words_sent(asked)) == (True, False)
    assert review.usage.saved_tokens > 1_000


async def test_a_comment_in_the_code_dismisses_for_its_reason(new_workshop: NewWorkshop) -> None:
    async with new_workshop(models="none") as workshop:
        script = "#!/bin/sh\n# atelier:ignore[SC2086] words are meant\necho $1\n"

        review = await workshop.review(source("run.sh", script))

        assert shown(review) == [("shellcheck/SC2086", "DISMISSED", 3)]
        assert (review.files[0].findings[0].dismissal, review.counts.dismissed) == ("words are meant", 1)


async def test_what_somebody_dismissed_stays_dismissed(new_workshop: NewWorkshop) -> None:
    async with new_workshop(models="none") as workshop:
        first = await workshop.review(source("run.sh", "#!/bin/sh\necho $1\n"))
        with caller():
            await workshop.dismissing.dismiss(first.files[0].findings[0].finding_id, "words are meant")
        second = await workshop.review(source("run.sh", "#!/bin/sh\n\necho $1\n"))
        explained = await workshop.debug("It echoes twice.", source("run.sh", "#!/bin/sh\n\necho $1\n"))

        assert shown(second) == shown(explained) == [("shellcheck/SC2086", "DISMISSED", 3)]
        assert second.files[0].findings[0].dismissal == "words are meant"


@pytest.mark.parametrize(
    ("content", "reason"), [(b"x" * 50_001, "TOO_LARGE"), (b"a\0b", "BINARY"), (b"\xff", "BAD_ENCODING")]
)
async def test_a_file_that_cannot_be_looked_at_is_told_as_skipped(
    workshop: Workshop, content: bytes, reason: str
) -> None:
    review = await workshop.review(pb.SourceFile(path="q.sql", content=content))

    [file] = review.files
    assert (review.state, review.outcome, file.coverage.skipped) == (pb.REVIEW_STATE_SUCCEEDED, DEGRADED, reason)
    assert (bool(file.summary), list(file.findings), file.coverage.HasField("model")) == (True, [], False)
    assert (workshop.server.asked, await workshop.spent()) == ([], (0, 0, 1, 0))


async def test_a_file_with_a_secret_is_withheld_where_that_is_the_policy(workshop: Workshop) -> None:
    review = await workshop.review(source("q.sql", f"-- {TOKEN}\n"), secret_policy=pb.SECRET_POLICY_WITHHOLD)

    assert (review.outcome, model_of(review), review.files[0].coverage.secrets) == (DEGRADED, "WITHHELD", 1)
    assert shown(review) == [("secret/github-token", "NEW", 1)]
    assert (workshop.server.asked, await workshop.spent()) == ([], (0, 0, 1, 0))


async def test_an_error_is_explained_with_the_code_around_it(workshop: Workshop) -> None:
    files = [source("app.py", CODE), source("run.sh", "#!/bin/sh\necho $1\n"), source("logo.bin", "x")]

    review = await workshop.debug("ZeroDivisionError: division by zero", *files)

    [file] = review.files
    assert (review.kind, review.outcome, file.path) == ("debug", DEGRADED, "")
    assert "logo.bin was skipped." in file.summary
    assert file.summary.startswith(str(REVIEW["summary"]))
    told = words_sent(workshop.server.asked[0])
    assert [word in told for word in ("ZeroDivisionError", "def mean", "echo $1", "logo.bin")] == [
        True,
        True,
        True,
        False,
    ]
    [found] = [one for one in file.findings if one.tools == ["model"]]
    assert (found.path, found.range.start_line) == ("app.py", 2)
    assert {one.path for one in file.findings} == {"app.py", "run.sh"}
    assert (used(review), await workshop.spent()) == (TOKENS, (TOKENS, 0, 1, 0))


async def test_an_error_in_files_made_to_be_found_fault_with_is_told_in_one_message(new_workshop: NewWorkshop) -> None:
    files = [source(f"{number}.js", "debugger;\n" * 600) for number in range(20)]

    async with new_workshop(models="none") as workshop:
        review = await workshop.debug("ZeroDivisionError: division by zero", *files)

    [file] = review.files
    assert (review.outcome, len(file.findings)) == (DEGRADED, 500)
    assert {one.path for one in file.findings} == {one.path for one in files}
    [run] = [run for run in file.coverage.tools if run.tool == "oxlint"]
    assert (run.status, run.message) == (pb.ToolRun.STATUS_CUT_OFF, "It found 600; the first 25 are told.")


async def test_an_error_explained_is_not_what_a_review_is_compared_with(workshop: Workshop) -> None:
    await workshop.debug("It fails.", QUERY)

    review = await workshop.review(QUERY)

    assert shown(review) == [OF_MODEL]


async def test_a_review_that_is_cancelled_while_the_model_is_asked_gives_its_budget_back(workshop: Workshop) -> None:
    asked = asyncio.Event()

    async def hang(exchange: Exchange) -> None:
        asked.set()
        await exchange.hang()

    workshop.server.fault = hang
    accepted = await workshop.accept(request(QUERY))
    await asked.wait()
    with caller():
        await workshop.cancelling.cancel(accepted.review_id)
    review = await workshop.ended(accepted)

    assert (review.state, review.files[0].state) == (pb.REVIEW_STATE_CANCELLED, pb.REVIEW_STATE_CANCELLED)
    assert await workshop.spent() == (0, 0, 0, 0)


async def test_a_cancel_that_meets_an_answer_waits_until_it_is_paid(workshop: Workshop, database: Database) -> None:
    def is_told_to_stop() -> bool:
        return any(task.cancelling() for task in asyncio.all_tasks())

    async def is_being_kept() -> bool:
        return bool(await workshop.fetch("SELECT FROM pg_locks WHERE NOT granted"))

    accepted = await workshop.accept(request(QUERY))
    async with database.connection() as connection, connection.transaction():
        await connection.fetch("SELECT FROM parts FOR UPDATE")
        await until(is_being_kept, "the answer is being kept")
        with caller():
            await workshop.cancelling.cancel(accepted.review_id)
        await until(is_told_to_stop, "the job is told to stop")
    review = await workshop.ended(accepted)

    assert (review.state, used(review)) == (pb.REVIEW_STATE_CANCELLED, TOKENS)
    assert await workshop.spent() == (TOKENS, 0, 0, 0)
