"""`atelier reviews` and `atelier quota`: what was asked for before, and what may be asked for."""

import json
from pathlib import Path
from typing import Any

import pytest
from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
from atelier.reviewer.v1 import review_service_pb2 as pb

from cli.exits import ExitCode
from tests.unit.cli.git_folder import write

BAD = "x = eval(y)\n"
UNKNOWN = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
async def review_id(gateway: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A review of three files that has ended."""
    write(tmp_path / "shop", {f"{name}.py": BAD for name in "abc"})
    monkeypatch.chdir(tmp_path / "shop")
    await gateway.run("review", ".")
    [found] = gateway.reviews.reviews
    return str(found)


async def test_a_review_is_shown_again_page_by_page(gateway: Any, review_id: str) -> None:
    seen = await gateway.run("reviews", "show", review_id)
    lines = await gateway.run("reviews", "show", review_id, "--json")

    assert [line.split()[0] for line in seen.out.splitlines() if ".py  " in line] == ["a.py", "b.py", "c.py"]
    assert "3 findings (3 high)" in seen.err
    assert [json.loads(line).get("path") for line in lines.out.splitlines()] == ["a.py", "b.py", "c.py", None]
    assert seen.code == ExitCode.OK


async def test_a_review_that_runs_is_shown_as_far_as_it_is(gateway: Any) -> None:
    running = gateway.reviews.accept("other", "shop", [pb.SourceFile(path="d.py")]).review_id

    seen = await gateway.run("reviews", "show", running)

    assert "Not all files have been looked at yet." in seen.err
    assert f"`atelier reviews watch {running}` waits for its end." in seen.err


async def test_a_review_is_come_back_to_and_ends_as_it_would_have(gateway: Any, review_id: str) -> None:
    outcome = await gateway.run("reviews", "watch", review_id, "--sarif", "out.sarif")

    assert "> 1 | x = eval(y)" not in outcome.out
    assert outcome.out.count("ruff/S307") == 3
    assert len(json.loads(Path("out.sarif").read_text())["runs"][0]["results"]) == 3
    assert outcome.code == ExitCode.FINDINGS


async def test_reviews_are_listed_by_what_is_asked_for(gateway: Any, review_id: str) -> None:
    table = await gateway.run("reviews", "list", "--project", "shop", "--state", "succeeded", "--owner", "ash")
    lines = await gateway.run("reviews", "list", "--json")

    [request, _] = gateway.reviews.requests
    assert (request.project, request.state, request.owner) == ("shop", pb.REVIEW_STATE_SUCCEEDED, "ash")
    assert review_id in table.out
    assert json.loads(lines.out)["counts"]["new"] == 3


async def test_of_several_to_cancel_one_that_is_refused_stops_none(gateway: Any, review_id: str) -> None:
    running = gateway.reviews.accept("other", "shop", [pb.SourceFile(path="d.py")]).review_id

    outcome = await gateway.run("reviews", "cancel", UNKNOWN, review_id, running, "--json")

    assert json.loads(outcome.out)["state"] == "CANCELLED"
    assert f"{UNKNOWN}: There is no review" in outcome.err
    assert f"{review_id}: The review has ended" in outcome.err
    assert outcome.code == ExitCode.ITEMS


async def test_a_finding_is_dismissed_with_a_reason(gateway: Any) -> None:
    outcome = await gateway.run("reviews", "dismiss", UNKNOWN, "--reason", "It is a test.")
    document = await gateway.run("reviews", "dismiss", UNKNOWN, "--reason", "It is a test.", "--json")
    without = await gateway.run("reviews", "dismiss", UNKNOWN)

    assert gateway.reviews.requests[0].reason == "It is a test."
    assert outcome.err == "ruff/S307 in app.py is dismissed, in later reviews too.\n"
    assert json.loads(document.out)["dismissal"] == "It is a test."
    assert without.code == ExitCode.USAGE


async def test_sarif_goes_to_a_file_or_to_stdout(gateway: Any, review_id: str, tmp_path: Path) -> None:
    printed = await gateway.run("reviews", "sarif", review_id)
    saved = await gateway.run("reviews", "sarif", review_id, "--out", str(tmp_path / "x.sarif"))
    unknown = await gateway.run("reviews", "sarif", UNKNOWN)

    assert json.loads(printed.out) == json.loads((tmp_path / "x.sarif").read_bytes())
    assert (saved.out, saved.err) == ("", f"SARIF in {tmp_path / 'x.sarif'}.\n")
    assert unknown.code == ExitCode.NOT_FOUND


async def test_a_quota_is_shown_with_what_is_left(gateway: Any) -> None:
    table = await gateway.run("quota")
    document = await gateway.run("quota", "--owner", "ash", "--json")

    assert table.out.splitlines()[2].split() == ["tokens", "200,000", "1,000", "9,000", "190,000"]
    assert table.err == "local has the plan LITE; both begin anew at 1970-01-01T00:00:00Z.\n"
    assert json.loads(document.out)["requests"] == {"limit": 2_000, "used": 7, "reserved": 0, "left": 1_993}
    assert [request.owner for request in gateway.quotas.requests] == ["", "ash"]


async def test_a_plan_is_set_by_its_name(gateway: Any) -> None:
    outcome = await gateway.run("quota", "set", "ash", "PRO", "--json")
    wrong = await gateway.run("quota", "set", "ash", "gold")

    [request] = gateway.quotas.requests
    assert (request.owner, request.plan) == ("ash", quota_pb.PLAN_PRO)
    assert json.loads(outcome.out)["plan"] == "PRO"
    assert wrong.code == ExitCode.USAGE
