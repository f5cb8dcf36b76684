"""Work of any mix by the command line alone: submitted from a file, watched, submitted again, and seen as a whole."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from chassis.auth import Role
from tests.e2e.conftest import Ended, System

MISSING = "resolver/scans/00000000-0000-7000-8000-000000000000"
DETECTIONS = "source,external_id,name,number\nsubmit,unknown,,\n,,Nobody,9/99\n"
GENERATION = {"poses": ["batting"], "variations": 2, "size": "64x64", "style": "clay"}
ITEMS: list[dict[str, Any]] = [
    {"scan": {"file": "cards.csv"}},
    {"generation": GENERATION},
    {"review": {"paths": ["app.py"], "project": "submit"}},
    {"card": {"player_id": "nobody-of-that-name"}},
]


def as_user(system: System, name: str) -> tuple[str, str]:
    """Options that make a command a user's."""
    return "--token", system.stack.token(Role.USER, subject=name)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A file of items, and beside it what they name."""
    (tmp_path / "cards.csv").write_text(DETECTIONS)
    (tmp_path / "app.py").write_text("try:\n    import os\nexcept:\n    pass\n")
    path = tmp_path / "work.jsonl"
    path.write_text("".join(f"{json.dumps(item)}\n" for item in ITEMS))
    return path


def by_kind(ended: Ended) -> dict[str, dict[str, Any]]:
    return {line["kind"]: line for line in ended.lines()}


async def test_a_file_is_submitted_followed_and_saved_and_the_same_again_makes_nothing_twice(
    system: System, work: Path, tmp_path: Path
) -> None:
    await system.atelier("credits", "grant", "submitter", "5")
    out, submit = tmp_path / "out", (*as_user(system, "submitter"), "submit", str(work), "--json")

    once = await system.atelier(*submit, "--out", str(out))
    twice = await system.atelier(*submit)
    seen = json.loads((await system.atelier(*as_user(system, "submitter"), "overview", "--json")).out)

    first, again = by_kind(once), by_kind(twice)
    assert (once.code, f"{work}:4: player_id: there is no player" in once.err) == (3, True), once.err
    assert {kind: one["state"] for kind, one in first.items()} == {
        "scan": "SUCCEEDED",
        "generation": "SUCCEEDED",
        "review": "SUCCEEDED",
        "card": "REFUSED",
    }
    assert {path.name for path in out.iterdir()} == {"2-batting-v1.png", "2-batting-v2.png"}
    assert [again[kind]["names"] for kind in first] == [first[kind]["names"] for kind in first]
    assert [len(seen[kind]) for kind in ("scans", "generations", "reviews", "running")] == [1, 1, 1, 0]
    assert (seen["credits"]["available"], seen["quota"]["requests"]["used"]) == (3, 1)
    assert {part["error"] for part in seen["parts"]} == {None}


async def test_what_was_not_watched_is_watched_by_its_names_and_nobody_elses_is_told_of(
    system: System, work: Path
) -> None:
    work.write_text(json.dumps({"scan": {"file": "cards.csv"}}))
    owner, stranger = as_user(system, "unwatched"), as_user(system, "stranger")
    [submitted] = (await system.atelier(*owner, "submit", str(work), "--no-watch", "--json")).lines()
    [name] = submitted["names"]

    watched, foreign, idle = await asyncio.gather(
        system.atelier(*owner, "watch", name, MISSING, "--json"),
        system.atelier(*stranger, "watch", name),
        system.atelier(*stranger, "watch"),
    )

    assert submitted["state"] == "ACCEPTED"
    assert {one["name"]: one["state"] for one in watched.lines()} == {name: "SUCCEEDED", MISSING: "NOT_FOUND"}
    assert (watched.code, foreign.code) == (3, 3)
    assert foreign.out.startswith(f"{name}  NOT_FOUND  NOT_FOUND: ")
    assert (idle.code, idle.err) == (0, "Nothing runs.\n")
