"""`atelier submit` as scripts see it, against a gateway on a real socket."""

import json
from pathlib import Path
from typing import Any

import pytest

from chassis.errors import FailedPrecondition, FieldViolation, InvalidArgument, Unauthenticated, Unavailable
from cli.exits import ExitCode
from tests.unit.cli.standing_on_stdin import standing_on_stdin

SCAN = {"scan": {"detections": [{"detection_id": "a", "external": {"source": "s", "external_id": "1"}}]}}
GENERATION = {"generation": {"poses": ["batting"], "variations": 2}}
CARD = {"card": {"player_id": "halloran-otis"}}
REVIEW = {"review": {"review": {"files": [{"path": "a.py", "content": "cGFzcw=="}]}}}
ACTIVITIES = {"activities": [{"post": "one"}, {"post": "two"}]}
ALL = (SCAN, GENERATION, CARD, REVIEW, ACTIVITIES)
KINDS = ["scan", "generation", "card", "review", "activities"]


def work(folder: Path, *items: Any) -> str:
    path = folder / "work.jsonl"
    path.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in items))
    return str(path)


async def test_all_kinds_go_as_one_batch_and_each_is_told_when_it_has_ended(gateway: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"

    outcome = await gateway.run("submit", work(tmp_path, *ALL), "--out", str(out), "--json")

    found = {one["line"]: one for one in map(json.loads, outcome.out.splitlines())}
    assert outcome.code == ExitCode.OK, outcome.err
    assert [len(batch.items) for batch in gateway.whole.batches] == [5]
    assert {line: one["kind"] for line, one in found.items()} == dict(enumerate(KINDS, 1))
    assert {one["state"] for one in found.values()} == {"SUCCEEDED"}
    assert found[1]["work"][0]["detail"]["resolved"] == 9
    assert found[3]["card"]["player_id"] == "halloran-otis"
    assert len(found[5]["work"]) == 2
    assert {path.name for path in out.iterdir()} == {
        "2-batting-v1.png", "2-batting-v2.png", "halloran-otis-batting-0.png",
    }  # fmt: skip
    files = found[2]["files"] + found[3]["files"]
    assert sorted(file["path"] for file in files) == sorted(map(str, out.iterdir()))
    assert {file["width"] for file in files} == {512, 750}


async def test_for_people_each_change_is_a_line_and_the_end_a_table(gateway: Any, tmp_path: Path) -> None:
    outcome = await gateway.run("submit", work(tmp_path, *ALL))

    lines = outcome.out.splitlines()
    [scan] = [line for line in lines if line.startswith("resolver/scans/") and "SUCCEEDED" in line]
    table = lines[next(place for place, line in enumerate(lines) if line.startswith("line")) :]
    assert scan.endswith("  SUCCEEDED  1/1  9 resolved, 1 to review")
    assert [line.split()[:3] for line in table[2:]] == [
        [str(line), kind, "SUCCEEDED"] for line, kind in enumerate(KINDS, 1)
    ]
    assert "2 activities, 2 succeeded" in table[-1]
    assert outcome.err == "5 items.\n"


async def test_the_same_file_again_has_the_same_request_ids_and_with_a_prefix_others(
    gateway: Any, tmp_path: Path
) -> None:
    path = work(tmp_path, *ALL)

    for options in ((), (), ("--request-id", "again")):
        await gateway.run("submit", path, "--no-watch", *options)

    first, second, other = (batch.request_id for batch in gateway.whole.batches)
    assert first == second
    assert other.startswith("again-")
    assert other.removeprefix("again-") == first.removeprefix("content-")


async def test_calls_of_equal_items_are_other_work_each_and_the_same_in_the_next_run(
    gateway: Any, tmp_path: Path
) -> None:
    path = work(tmp_path, *[SCAN] * 400)

    for _ in range(2):
        await gateway.run("submit", path, "--no-watch")

    first, second, *again = (batch.request_id for batch in gateway.whole.batches)
    assert first != second
    assert again == [first, second]


async def test_what_is_not_watched_is_told_as_it_was_accepted(gateway: Any, tmp_path: Path) -> None:
    outcome = await gateway.run("submit", work(tmp_path, SCAN, CARD), "--no-watch", "--json")

    scan, card = map(json.loads, outcome.out.splitlines())
    assert (scan["state"], len(scan["names"]), card["state"]) == ("ACCEPTED", 1, "SUCCEEDED")
    assert (gateway.whole.watched, outcome.code) == ([], ExitCode.OK)


async def test_more_than_a_call_takes_goes_in_several(gateway: Any, tmp_path: Path) -> None:
    many = {"activities": [{"post": f"{number}"} for number in range(600)]}

    outcome = await gateway.run("submit", work(tmp_path, *[SCAN] * 250, many, many))

    sizes = [len(batch.items) for batch in gateway.whole.batches]
    names = [name for names in gateway.whole.watched for name in names]
    assert (sizes, outcome.code) == ([200, 51, 1], ExitCode.OK)
    assert len(names) == len(set(names)) == 250 + 600
    assert all(len(one) <= 1200 for one in gateway.whole.watched)


async def test_bad_lines_and_refused_items_are_told_by_their_place_and_the_others_go_on(
    gateway: Any, tmp_path: Path
) -> None:
    gateway.whole.refusing = {
        0: InvalidArgument([FieldViolation("detections[0].confidence", "must be at most 1")]),
        1: FailedPrecondition("There are no credits."),
    }
    path = work(tmp_path, SCAN, "{", GENERATION, {"activities": [{"post": "one"}, {"post": ""}]}, CARD)

    outcome = await gateway.run("submit", path, "--json")

    told = outcome.err.splitlines()
    found = {one["line"]: one for one in map(json.loads, outcome.out.splitlines())}
    assert told[0].startswith(f"{path}:2: broken JSON")
    assert f"{path}:1: scan.detections[0].confidence: must be at most 1" in told
    assert f"{path}:3: There are no credits; nothing was changed" in told
    assert any(line.startswith(f"{path}:4: ") and "activities[1].post" in line for line in told)
    assert {line: one["state"] for line, one in found.items()} == {
        1: "REFUSED", 3: "REFUSED", 4: "PARTIALLY_SUCCEEDED", 5: "SUCCEEDED",
    }  # fmt: skip
    assert found[3]["error"] == {
        "code": "FAILED_PRECONDITION",
        "reason": "FAILED_PRECONDITION",
        "message": "There are no credits.",
    }
    assert outcome.code == ExitCode.ITEMS


async def test_work_that_fails_ends_with_code_3(gateway: Any, tmp_path: Path) -> None:
    gateway.whole.failing = {"reviewer"}

    outcome = await gateway.run("submit", work(tmp_path, SCAN, REVIEW))

    assert outcome.code == ExitCode.ITEMS
    assert "FAILED" in outcome.out


async def test_watching_goes_on_where_the_stream_broke_and_tells_nothing_twice(gateway: Any, tmp_path: Path) -> None:
    gateway.whole.breaks = 2

    outcome = await gateway.run("submit", work(tmp_path, SCAN))

    assert [line.split("  ")[1] for line in outcome.out.splitlines()[:2]] == ["RUNNING", "SUCCEEDED"]
    assert outcome.err.startswith("The connection was lost; watching goes on when it is back.\n")
    assert len(gateway.whole.watched) == 3
    assert outcome.code == ExitCode.OK


async def test_files_that_stdin_names_begin_from_where_one_stands(
    gateway: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cards.csv").write_text("source,external_id\ns,1\n")

    with standing_on_stdin(b'{"scan": {"file": "cards.csv"}}'):
        outcome = await gateway.run("submit", "-")

    assert [len(item.scan.detections) for item in gateway.whole.batches[0].items] == [1]
    assert outcome.code == ExitCode.OK


async def test_a_call_that_fails_is_one_sentence_and_says_how_to_come_back_to_what_was_accepted(
    gateway: Any, tmp_path: Path
) -> None:
    gateway.whole.error = Unauthenticated("The token has expired.")

    outcome = await gateway.run("submit", work(tmp_path, SCAN))

    assert outcome.err.startswith("The token has expired (")
    assert outcome.code == ExitCode.NO_PERMISSION


async def test_a_part_that_is_away_costs_its_items_only(gateway: Any, tmp_path: Path) -> None:
    gateway.whole.refusing = {0: Unavailable("The service generator doesn't answer.")}

    outcome = await gateway.run("submit", work(tmp_path, GENERATION, CARD))

    assert "work.jsonl:1: The service generator doesn't answer; try again in 1 s\n" in outcome.err
    assert "The same command again asks once more for what wasn't accepted, and makes nothing twice." in outcome.err
    assert outcome.out.splitlines()[-2].split()[:3] == ["1", "generation", "UNANSWERED"]
    assert outcome.code == ExitCode.ITEMS
