"""`atelier review` as people and scripts see it, against a reviewer on a real socket."""

import json
from pathlib import Path
from typing import Any

import pytest
from atelier.jobs.v1.jobs_service_pb2 import LANE_LOW
from atelier.reviewer.v1 import review_service_pb2 as pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc import StatusCode

from chassis.errors import AtelierError
from cli.exits import ExitCode
from cli.sarif_files import MAX_RESULTS, join_runs
from tests.unit.cli.fake_reviews import PATCH
from tests.unit.cli.git_folder import committed, needs_git, write
from tests.unit.cli.standing_on_stdin import standing_on_stdin

BAD = "import os\n\nx = eval(os.environ['X'])\n"


class BudgetExhausted(AtelierError):
    """As the reviewer says it."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "BUDGET_EXHAUSTED"

    def details(self) -> tuple[Message, ...]:
        violation = error_details_pb2.QuotaFailure.Violation(subject="tokens:local", description=self.message)
        delay = error_details_pb2.RetryInfo(retry_delay=Duration(seconds=900_000))
        return (error_details_pb2.QuotaFailure(violations=[violation]), delay)


class SnapshotTooLarge(AtelierError):
    """As the reviewer says it."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "SNAPSHOT_TOO_LARGE"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, in no repository."""
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


async def test_a_finding_is_told_with_its_code_and_a_suggestion(gateway: Any, project: Path) -> None:
    write(project, {"app.py": BAD, "fine.py": "x = 1\n"})
    gateway.reviews.summary = "One should not."

    outcome = await gateway.run("review", "app.py")

    assert outcome.out.splitlines() == [
        "app.py  python  1 finding  by ruff, local:m",
        "  3:5  HIGH  ruff/S307  new by ruff, model  "
        + gateway.reviews.reviews.popitem()[1].files[0].findings[0].finding_id,
        "    It runs whatever comes.",
        "      1 | import os",
        "      2 |",
        "    > 3 | x = eval(os.environ['X'])",
        "        |     ^^^^^",
        "    suggestion:",
        "      @@ -1 +1 @@",
        "      -eval(x)",
        "      +int(x)",
        "    model: One should not.",
        "",
    ]
    assert outcome.code == ExitCode.FINDINGS


async def test_at_the_end_one_is_told_what_it_came_to_and_how_to_see_it_again(gateway: Any, project: Path) -> None:
    write(project, {"app.py": BAD})

    outcome = await gateway.run("review", ".")

    [review_id] = gateway.reviews.reviews
    assert outcome.err.splitlines() == [
        f"Review {review_id}: 1 file.",
        "1 finding (1 high): 1 new, 0 persisting, 0 fixed, 0 dismissed, in 1 file.",
        "COMPLETE: all that was meant to look at the files did.",
        "100 tokens sent and 10 answered, 0.60 USD.",
        "1 finding of severity HIGH or worse: --fail-on high.",
        f"Review {review_id} succeeded; `atelier reviews show {review_id}` shows it again.",
    ]


async def test_in_json_there_is_a_line_a_file_and_one_for_all(gateway: Any, project: Path) -> None:
    write(project, {"app.py": BAD, "fine.py": "x = 1\n"})

    outcome = await gateway.run("review", ".", "--json", "--fail-on", "never")

    bad, fine, summary = map(json.loads, outcome.out.splitlines())
    assert (bad["path"], fine["path"]) == ("app.py", "fine.py")
    [finding] = bad["findings"]
    assert (finding["severity"], finding["status"], finding["patch"]) == ("HIGH", "NEW", PATCH)
    assert finding["range"] == {"start_line": 3, "start_column": 5, "end_line": 3, "end_column": 10}
    assert summary["counts"]["by_severity"] == {"critical": 0, "high": 1, "medium": 0, "low": 0, "info": 0}
    assert summary["usage"]["input_tokens"] == 200
    assert (summary["outcome"], outcome.code) == ("COMPLETE", ExitCode.OK)


async def test_what_the_options_say_reaches_the_service(gateway: Any, project: Path) -> None:
    write(project, {"app.py": BAD})

    await gateway.run("review", "app.py", "--withhold-secrets", "--lane", "low", "--project", "mine")
    await gateway.run("review", "app.py")

    wished, plain = gateway.reviews.created
    assert (wished.project, wished.secret_policy, wished.lane) == ("mine", pb.SECRET_POLICY_WITHHOLD, LANE_LOW)
    assert (plain.project, plain.secret_policy) == ("shop", pb.SECRET_POLICY_REDACT)
    assert plain.review.files[0].content == BAD.encode()


async def test_the_same_files_are_reviewed_anew_unless_a_request_id_says_otherwise(gateway: Any, project: Path) -> None:
    write(project, {"app.py": BAD})

    for arguments in ([], [], ["--request-id", "ci-1"], ["--request-id", "ci-1"]):
        await gateway.run("review", "app.py", *arguments)

    assert len(gateway.reviews.reviews) == 3
    assert all(len(request.request_id) <= 100 for request in gateway.reviews.created)


@pytest.mark.parametrize(
    ("fail_on", "severity", "status", "code"),
    [
        ("high", pb.SEVERITY_HIGH, pb.FINDING_STATUS_NEW, ExitCode.FINDINGS),
        ("high", pb.SEVERITY_CRITICAL, pb.FINDING_STATUS_NEW, ExitCode.FINDINGS),
        ("high", pb.SEVERITY_MEDIUM, pb.FINDING_STATUS_NEW, ExitCode.OK),
        ("critical", pb.SEVERITY_HIGH, pb.FINDING_STATUS_NEW, ExitCode.OK),
        ("info", pb.SEVERITY_INFO, pb.FINDING_STATUS_NEW, ExitCode.FINDINGS),
        ("never", pb.SEVERITY_CRITICAL, pb.FINDING_STATUS_NEW, ExitCode.OK),
    ],
)
async def test_the_exit_code_says_whether_something_is_as_bad_as_that(
    gateway: Any, project: Path, fail_on: str, severity: Any, status: Any, code: ExitCode
) -> None:
    write(project, {"app.py": BAD})
    gateway.reviews.severity, gateway.reviews.status = severity, status

    outcome = await gateway.run("review", ".", "--fail-on", fail_on)

    assert outcome.code == code


async def test_what_was_not_looked_at_is_told_with_its_reason(gateway: Any, project: Path) -> None:
    write(project, {"a.py": "a\n", "b.py": "b\n"})
    runs = [
        pb.ToolRun(tool="eslint", status=pb.ToolRun.STATUS_MISSING, message="It isn't installed."),
        pb.ToolRun(tool="pylint", status=pb.ToolRun.STATUS_CUT_OFF, message="It took 20 s."),
    ]
    model = pb.ModelRun(status=pb.ModelRun.STATUS_NONE)
    gateway.reviews.coverage = pb.Coverage(tools=runs, model=model)

    outcome = await gateway.run("review", ".")

    assert "  pylint was cut off: It took 20 s" in outcome.out.splitlines()
    assert "eslint" not in outcome.out
    assert "DEGRADED: not all that was meant to look at the files did:" in outcome.err
    assert "  eslint is missing: It isn't installed (2 files)" in outcome.err.splitlines()
    assert "No model is set" in outcome.err


async def test_nothing_of_a_file_a_name_or_the_service_steers_the_terminal(gateway: Any, project: Path) -> None:
    hostile = "\x1b[31m\x9b2J\u202e\x07"
    write(project, {f"a{hostile}.py": f"{hostile} = eval(x)\n"})
    gateway.reviews.message = gateway.reviews.summary = f"line\nline {hostile}"

    outcome = await gateway.run("review", ".")

    assert "\\x1b[31m\\x9b2J\\u202e\\x07" in outcome.out
    assert not set("\x1b\x9b\u202e\x07") & set(outcome.out + outcome.err)


async def test_a_secret_is_not_shown(gateway: Any, project: Path) -> None:
    write(project, {"app.py": f"{BAD}y = eval(2)\n"})
    gateway.reviews.category = pb.CATEGORY_SECRET

    outcome = await gateway.run("review", ".")

    assert outcome.out.count("    > 3 | x = *****os.environ['X'])") == 1
    assert outcome.out.count("y = *****2)") == 2
    assert "= eval(" not in outcome.out


async def test_a_stream_that_breaks_is_watched_again_and_each_file_told_once(gateway: Any, project: Path) -> None:
    write(project, {f"{name}.py": BAD for name in "abcd"})
    gateway.reviews.breaks = 2

    outcome = await gateway.run("review", ".", "--json")

    assert [json.loads(line).get("path") for line in outcome.out.splitlines()] == [
        *(f"{name}.py" for name in "abcd"),
        None,
    ]
    assert outcome.err.count("The connection was lost") == 1


async def test_a_thousand_files_go_as_a_snapshot_in_messages_of_three_megabytes(gateway: Any, project: Path) -> None:
    write(project, {f"{number:04}.py": f"x{number} = 1\n" for number in range(1_100)})
    write(project, {f"large-{number}.py": "# " + "x" * 900_000 for number in range(4)} | {".gitignore": "x\n"})

    outcome = await gateway.run("review", ".", "--json")

    sizes = [sum(len(file.content) for file in message) for message in gateway.repositories.messages]
    assert (len(sizes), max(sizes) < 3_000_000) == (3, True)
    assert gateway.repositories.messages[0][0].path == ".gitignore"
    assert gateway.repositories.lane == LANE_LOW
    assert len(outcome.out.splitlines()) == 1_100 + 4 + 1 + 1 + 1
    assert outcome.code == ExitCode.OK


async def test_a_snapshot_that_is_refused_says_why(gateway: Any, project: Path) -> None:
    write(project, {f"{number}.py": "x" for number in range(101)})
    gateway.repositories.error = SnapshotTooLarge("A snapshot has 10,000 files at most; send the files that count.")

    outcome = await gateway.run("review", ".")

    assert outcome.err == "A snapshot has 10,000 files at most; send the files that count.\n"
    assert outcome.code == ExitCode.DATA


@needs_git
async def test_a_diff_sends_whole_files_with_the_lines_that_changed(gateway: Any, project: Path) -> None:
    root = committed(project, {"a.py": "one\ntwo\nthree\n", "b.py": "same\n", "notes.md": "n"})
    write(root, {"a.py": "one\nTWO\nthree\n", "new.py": "n\n", "notes.md": "changed"})

    outcome = await gateway.run("review", "--diff", "--fail-on", "never")

    [request] = gateway.reviews.created
    found = {file.path: [(one.start_line, one.end_line) for one in file.changed] for file in request.review.files}
    assert found == {"a.py": [(2, 2)], "new.py": []}
    assert request.review.files[0].content == b"one\nTWO\nthree\n"
    assert "1 file in no language known here left out." in outcome.err


@needs_git
async def test_a_large_diff_is_several_reviews_and_one_run_of_sarif(gateway: Any, project: Path) -> None:
    root = committed(project, {"a.py": "a\n"})
    write(root, {f"{number:03}.py": BAD for number in range(150)})

    outcome = await gateway.run("review", "--diff", "HEAD", "--sarif", "out.sarif")

    assert [len(request.review.files) for request in gateway.reviews.created] == [100, 50]
    [run] = json.loads((project / "out.sarif").read_text())["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert (len(rules), len(run["results"])) == (3, 150)
    assert {rules[result["ruleIndex"]] for result in run["results"]} == {"ruff/S307"}
    assert "150 findings (150 high)" in outcome.err
    assert "1.20 USD" in outcome.err


@needs_git
async def test_a_diff_of_nothing_is_no_review(gateway: Any, project: Path) -> None:
    committed(project, {"a.py": "a\n"})

    outcome = await gateway.run("review", "--diff", "--json")

    assert json.loads(outcome.out)["reviews"] == []
    assert (outcome.code, gateway.reviews.created) == (ExitCode.OK, [])


async def test_stdin_is_reviewed_under_its_name(gateway: Any, project: Path) -> None:
    with standing_on_stdin(BAD.encode()):
        outcome = await gateway.run("review", "--stdin", "--name", "src/app.py")

    [request] = gateway.reviews.created
    assert (request.project, request.review.files[0].path) == ("shop", "src/app.py")
    assert "> 3 | x = eval(os.environ['X'])" in outcome.out


async def test_an_error_is_explained_by_the_files_around_it(gateway: Any, project: Path) -> None:
    write(project, {"app.py": BAD, "error.txt": "x" * 30_000 + "KeyError: 'X'"})

    outcome = await gateway.run("review", "app.py", "--error", "error.txt")

    [request] = gateway.reviews.created
    assert request.debug.error.endswith("KeyError: 'X'")
    assert (len(request.debug.error), request.debug.files[0].path) == (20_000, "app.py")
    assert "cut to its last 20,000 characters" in outcome.err


async def test_a_file_that_was_named_and_cannot_be_sent_is_told_by_the_exit_code(gateway: Any, project: Path) -> None:
    write(project, {"a.py": "a\n", "large.py": b"x" * (2**20 + 1)})

    named = await gateway.run("review", "a.py", "large.py")
    in_folder = await gateway.run("review", ".")
    alone = await gateway.run("review", "large.py")

    assert "Not sent: large.py: has more than 1 MiB, the most that can be sent." in named.err
    assert all("DEGRADED" in one.err and "1 file couldn't be sent" in one.err for one in (named, in_folder))
    assert (named.code, in_folder.code, alone.code) == (ExitCode.ITEMS, ExitCode.OK, ExitCode.NO_INPUT)
    assert "Nothing is left to review" in alone.err


async def test_without_budget_one_is_told_when_it_begins_anew(gateway: Any, project: Path) -> None:
    write(project, {"app.py": BAD})
    gateway.reviews.error = BudgetExhausted("It may take 9,000 tokens, and 12 are left until 2026-12-01T00:00:00Z.")

    outcome = await gateway.run("review", "app.py")

    assert outcome.err == (
        "It may take 9,000 tokens, and 12 are left until 2026-12-01T00:00:00Z (`atelier quota` shows what is left).\n"
    )
    assert outcome.code == ExitCode.TRY_AGAIN


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--diff", "--stdin", "--name", "x"],
        ["--stdin"],
        ["a.py", "--name", "b.py"],
        ["a.py", "--stdin", "--name", "x"],
        ["--diff", "HEAD", "main"],
        ["--diff", "--error", "x"],
        ["a.py", "--request-id", "x" * 36],
    ],
)
async def test_one_thing_is_reviewed_at_a_time(gateway: Any, project: Path, arguments: list[str]) -> None:
    write(project, {"a.py": "a"})

    outcome = await gateway.run("review", *arguments)

    assert outcome.code == ExitCode.USAGE
    assert gateway.reviews.created == []


async def test_a_place_for_sarif_that_cannot_be_is_told_before_anything_is_sent(gateway: Any, project: Path) -> None:
    write(project, {"a.py": "a"})

    outcome = await gateway.run("review", "a.py", "--sarif", "nowhere/out.sarif")

    assert outcome.code == ExitCode.CANNOT_CREATE
    assert gateway.reviews.created == []


def test_of_too_many_results_the_worst_are_kept() -> None:
    def document(severity: str, count: int) -> dict[str, Any]:
        result = {"ruleId": severity, "ruleIndex": 0, "properties": {"severity": severity}}
        run = {"tool": {"driver": {"rules": [{"id": severity}]}}, "results": [dict(result) for _ in range(count)]}
        return {"version": "2.1.0", "runs": [run]}

    joined, left_out = join_runs([document("LOW", MAX_RESULTS), document("CRITICAL", 3)])

    [run] = joined["runs"]
    assert (len(run["results"]), left_out) == (MAX_RESULTS, 3)
    assert [result["ruleIndex"] for result in run["results"][:4]] == [1, 1, 1, 0]
