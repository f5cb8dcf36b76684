"""Scans by the command line, from a file to a collection."""

from pathlib import Path
from typing import Any

import pytest

from chassis.auth import Role
from tests.conftest import REPOSITORY
from tests.e2e.conftest import Ended, System

EXAMPLES = REPOSITORY / "examples"
COUNTS = ("total_detections", "resolved", "auto_created", "user_cards_created", "user_cards_updated", "needs_review")


async def import_examples(system: System) -> None:
    for kind, name in (("cards", "catalogue"), ("keys", "keys.csv"), ("embeddings", "embeddings.jsonl")):
        ended = await system.atelier("import", kind, str(EXAMPLES / name))
        assert ended.code == 0, ended.err


@pytest.fixture(autouse=True, scope="session")
async def sample(system: System) -> None:
    await import_examples(system)


async def as_user(system: System, name: str, *arguments: str, stdin: bytes = b"") -> Ended:
    """Run a command as a user."""
    return await system.atelier("--token", system.stack.token(Role.USER, subject=name), *arguments, stdin=stdin)


def counts(found: dict[str, Any]) -> tuple[int, ...]:
    return tuple(found[name] for name in COUNTS)


def rows(count: int) -> str:
    ids = (f"base1-{number % 102 + 1}" for number in range(count))
    return "source,external_id\n" + "".join(f"pokemontcg,{one}\n" for one in ids)


async def collected(system: System, name: str) -> tuple[int, int]:
    """How many cards somebody has, and how many different ones."""
    [found] = (await as_user(system, name, "collection", "--json")).lines()
    return found["total_cards"], found["distinct_cards"]


async def test_the_example_comes_to_exactly_what_it_shows_and_again_to_the_same(system: System) -> None:
    path = str(EXAMPLES / "scan.csv")

    first = await as_user(system, "misty", "scan", path, "--json")
    once = await as_user(system, "misty", "collection", "--json")
    again = await as_user(system, "misty", "scan", path, "--json")
    twice = await as_user(system, "misty", "collection", "--json")

    assert (first.code, again.code) == (0, 0), first.err + again.err
    [found] = first.lines()
    assert counts(found) == (12, 9, 1, 7, 0, 1)
    assert again.lines() == first.lines()
    assert ["was scanned before" in scan.err for scan in (first, again)] == [False, True]
    assert once.out == twice.out
    values = [{"currency": "EUR", "amount": "9.00"}, {"currency": "USD", "amount": "462.00"}]
    assert once.lines()[0]["estimated_values"] == values


async def test_a_long_file_is_several_scans_and_a_prefix_makes_it_another(system: System, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(rows(2500))

    first = await as_user(system, "brock", "scan", str(path), "--json")
    again = await as_user(system, "brock", "scan", str(path), "--json")
    before = await collected(system, "brock")
    other = await as_user(system, "brock", "scan", str(path), "--request-id", "other", "--json")
    after = await collected(system, "brock")

    assert [one["total_detections"] for one in first.lines()] == [1000, 1000, 500]
    assert sum(one["resolved"] for one in first.lines()) == 2500
    assert [one["scan_id"] for one in again.lines()] == [one["scan_id"] for one in first.lines()]
    assert {one["scan_id"] for one in other.lines()}.isdisjoint(one["scan_id"] for one in first.lines())
    assert (before, after) == ((2500, 102), (5000, 102))


async def test_a_confirmed_card_is_counted_and_known_to_the_next_scan(system: System) -> None:
    read = b"name,number\nSmudgewort,77\n"
    [unsure] = (await as_user(system, "gary", "scan", "-", "--json", stdin=read)).lines()

    confirmed = await as_user(system, "gary", "confirm", unsure["scan_id"], "2", "base1-77", "--json")
    counted = await collected(system, "gary")
    [sure] = (await as_user(system, "gary", "scan", "-", "--request-id", "next", "--json", stdin=read)).lines()

    assert (unsure["resolved"], unsure["needs_review"]) == (0, 1)
    assert confirmed.code == 0, confirmed.err
    assert (confirmed.lines()[0]["tier"], confirmed.lines()[0]["keyed"]) == ("CONFIRMED", True)
    assert counted == (1, 1)
    assert (sure["resolved"], sure["user_cards_updated"]) == (1, 1)


async def test_nobody_meets_what_is_another_users(system: System, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(rows(3))
    [mine] = (await as_user(system, "jessie", "scan", str(path), "--json")).lines()

    scan = await as_user(system, "james", "confirm", mine["scan_id"], "2", "base1-4")
    collection = await as_user(system, "james", "collection", "--owner", "jessie")
    by_operator = await system.atelier("collection", "--owner", "jessie", "--json")

    assert (scan.code, collection.code) == (67, 77)
    assert by_operator.lines()[0]["total_cards"] == 3
