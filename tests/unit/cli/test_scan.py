"""`atelier scan`, `confirm` and `collection` as scripts see them, against a ScanService on a real socket."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from atelier.jobs.v1.jobs_service_pb2 import LANE_LOW, LANE_NORMAL

from cli.exits import ExitCode
from tests.unit.cli.standing_on_stdin import standing_on_stdin

HEADER = "source,external_id,name,number,set,confidence,estimated_value,currency,condition\n"
ROWS = "pokemontcg,base1-4,,,,0.98,120.50,usd,NM\ntcgdex,nope,,,,,,,\n,,Charizcrd,4/102,Base,,,,\n,,,,,,,,\n"


def write(folder: Path, text: str, name: str = "scan.csv") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def many(count: int) -> str:
    return "source,external_id\n" + "".join(f"s,base1-{number}\n" for number in range(count))


async def test_a_scan_is_sent_followed_and_told_in_one_document(gateway: Any, tmp_path: Path) -> None:
    outcome = await gateway.run("scan", write(tmp_path, HEADER + ROWS), "--json")

    found = json.loads(outcome.out)
    counts = {name: found[name] for name in ("total_detections", "resolved", "user_cards_created", "needs_review")}
    assert counts == {"total_detections": 4, "resolved": 1, "user_cards_created": 1, "needs_review": 1}
    assert found["unresolved"] == {"NOT_IN_CATALOG": 1, "WEAK": 1, "NO_EVIDENCE": 1}
    assert [(one["detection_id"], one["read"], one["reason"]) for one in found["review"]] == [
        ("4", "Charizcrd · 4/102 · Base", "WEAK")
    ]
    assert found["review"][0]["candidates"][0]["catalog_id"] == "base1-4"
    assert outcome.code == ExitCode.OK


async def test_what_a_row_says_reaches_the_service(gateway: Any, tmp_path: Path) -> None:
    await gateway.run("scan", write(tmp_path, HEADER + ROWS))

    [request] = gateway.scans.created
    first, _, third, fourth = request.detections
    assert [one.detection_id for one in request.detections] == ["2", "3", "4", "5"]
    assert (first.external.source, first.external.external_id) == ("pokemontcg", "base1-4")
    assert (first.confidence, first.attributes["condition"]) == (0.98, "NM")
    value = first.estimated_value
    assert (value.currency_code, value.units, value.nanos) == ("USD", 120, 500_000_000)
    assert (third.text.name, third.text.number, third.text.set) == ("Charizcrd", "4/102", "Base")
    assert fourth.WhichOneof("evidence") is None
    assert request.lane == LANE_NORMAL


async def test_for_people_there_are_sums_and_a_table_of_what_to_look_at(gateway: Any, tmp_path: Path) -> None:
    outcome = await gateway.run("scan", write(tmp_path, HEADER + ROWS))

    assert "unresolved, NO_EVIDENCE" in outcome.out
    assert "Charizcrd · 4/102 · Base" in outcome.out
    assert "base1-4 Charizard\\x1b[2J" in outcome.out
    assert "atelier confirm" in outcome.err


async def test_a_long_file_becomes_scans_of_a_thousand_each_told_for_itself(gateway: Any, tmp_path: Path) -> None:
    outcome = await gateway.run("scan", write(tmp_path, many(2500)), "--json")

    found = [json.loads(line) for line in outcome.out.splitlines()]
    assert [one["total_detections"] for one in found] == [1000, 1000, 500]
    assert sum(one["resolved"] for one in found) == 2500
    assert len({request.request_id for request in gateway.scans.created}) == 3


async def test_the_same_file_is_the_same_scan_and_a_prefix_makes_it_another(gateway: Any, tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + ROWS)
    packed = tmp_path / "other-name.csv.gz"
    packed.write_bytes(gzip.compress((HEADER + ROWS).encode()))

    for arguments in ([path], [str(packed)], [path, "--request-id", "second"]):
        await gateway.run("scan", *arguments)

    first, again, other = (request.request_id for request in gateway.scans.created)
    assert first == again
    assert other.startswith("second-")
    assert len(first) <= 100


async def test_a_bad_line_is_told_with_its_place_and_stops_nothing(gateway: Any, tmp_path: Path) -> None:
    rows = "s,base1-1,,,,2,,,\ns,base1-2,,,,x,,,\ns,base1-3,,,,,1.5,,\ns,base1-4,,,,,-1,USD,\ns\ns,base1-5,,,,,,,\n"
    path = write(tmp_path, HEADER + rows)

    outcome = await gateway.run("scan", path, "--json")

    assert json.loads(outcome.out)["total_detections"] == 1
    assert [line.split(":")[1:3] for line in outcome.err.splitlines()] == [
        ["2", " confidence"],
        ["3", " confidence"],
        ["4", " currency"],
        ["5", " estimated_value"],
        ["6", " has 1 columns instead of 9"],
    ]
    assert outcome.code == ExitCode.ITEMS


async def test_an_id_that_stands_twice_counts_once(gateway: Any, tmp_path: Path) -> None:
    path = write(tmp_path, "detection_id,source,external_id\na,s,base1-1\nb,s,base1-2\na,s,base1-3\n")

    outcome = await gateway.run("scan", path, "--json")

    assert json.loads(outcome.out)["total_detections"] == 2
    assert "4: detection_id: stands in line 2 already: a" in outcome.err
    assert outcome.code == ExitCode.ITEMS


async def test_lines_of_json_may_be_flat_or_as_the_proto_has_them(gateway: Any, tmp_path: Path) -> None:
    lines = [
        {"source": "s", "external_id": "base1-1", "confidence": 0.5, "page": 3, "foil": True},
        {"detectionId": "p", "external": {"source": "s", "externalId": "base1-2"}, "attributes": {"a": "b"}},
        {"embedding": {"values": [1, 0.5]}, "estimatedValue": {"currencyCode": "EUR", "units": "7"}},
        {"detectionId": "q", "colour": "red"},
        {"detectionId": "r", "estimatedValue": {"currencyCode": "EUR", "units": "-7"}},
    ]
    path = write(tmp_path, "".join(json.dumps(line) + "\n" for line in lines), "scan.jsonl")

    outcome = await gateway.run("scan", path, "--json")

    [request] = gateway.scans.created
    flat, nested, picture = request.detections
    assert dict(flat.attributes) == {"page": "3", "foil": "true"}
    assert (nested.detection_id, nested.external.external_id, dict(nested.attributes)) == ("p", "base1-2", {"a": "b"})
    assert (picture.detection_id, list(picture.embedding.values)) == ("3", [1, 0.5])
    assert picture.estimated_value.units == 7
    assert "4: is no Detection in protobuf's JSON" in outcome.err
    assert "5: estimatedValue: must not be negative" in outcome.err
    assert len(outcome.err.splitlines()) == 2


@pytest.mark.parametrize("text", ["source,external_id\ns,base1-1\n", '{"source":"s","external_id":"base1-1"}\n'])
async def test_stdin_is_told_by_its_first_line(gateway: Any, text: str) -> None:
    with standing_on_stdin(text.encode()):
        outcome = await gateway.run("scan", "-", "--json")

    assert json.loads(outcome.out)["resolved"] == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("scan.txt", "x", "The format of"),
        ("scan.csv", "", "is empty"),
        ("scan.csv", "condition,price\nNM,1\n", "there is no column external_id, name, number or set"),
    ],
)
async def test_a_file_that_can_be_no_scan_is_refused_before_any_call(
    gateway: Any, tmp_path: Path, name: str, text: str, said: str
) -> None:
    outcome = await gateway.run("scan", write(tmp_path, text, name))

    assert said in outcome.err
    assert outcome.code == ExitCode.DATA
    assert gateway.scans.created == []


async def test_streams_that_break_are_taken_up_again_and_it_is_said_once(gateway: Any, tmp_path: Path) -> None:
    gateway.scans.breaks = 4

    outcome = await gateway.run("scan", write(tmp_path, many(2500)), "--json")

    assert [json.loads(line)["state"] for line in outcome.out.splitlines()] == ["SUCCEEDED"] * 3
    assert outcome.err == "The connection was lost; watching goes on when it is back.\n"
    assert outcome.code == ExitCode.OK


async def test_a_scan_that_failed_says_why_and_how_to_go_on(gateway: Any, tmp_path: Path) -> None:
    gateway.scans.failing = True

    outcome = await gateway.run("scan", write(tmp_path, HEADER + ROWS), "--json")

    found = json.loads(outcome.out)
    assert (found["state"], found["resolved"], found["error"]["class"]) == ("FAILED", None, "UNKNOWN")
    assert "failed: The worker was lost; `atelier jobs retry resolver/jobs/1` takes it up again." in outcome.err
    assert outcome.code == ExitCode.SOFTWARE


async def test_strict_ends_with_code_3_where_one_is_not_resolved(gateway: Any, tmp_path: Path) -> None:
    strict = await gateway.run("scan", write(tmp_path, HEADER + ROWS), "--strict")
    resolved = await gateway.run("scan", write(tmp_path, many(3)), "--strict", "--lane", "low")

    assert (strict.code, resolved.code) == (ExitCode.ITEMS, ExitCode.OK)
    assert gateway.scans.created[-1].lane == LANE_LOW


async def test_a_prefix_that_is_too_long_is_wrong_usage(gateway: Any, tmp_path: Path) -> None:
    outcome = await gateway.run("scan", write(tmp_path, many(1)), "--request-id", "x" * 36)

    assert "--request-id must have at most 35 characters" in outcome.err
    assert outcome.code == ExitCode.USAGE


async def test_confirm_names_the_card_by_either_of_its_ids(gateway: Any, tmp_path: Path) -> None:
    scan = json.loads((await gateway.run("scan", write(tmp_path, HEADER + ROWS), "--json")).out)["scan_id"]

    by_catalog = await gateway.run("confirm", scan, "4", "base1-4", "--json")
    by_uuid = await gateway.run("confirm", scan, "4", "00000000-0000-0000-0000-000000000004")
    missing = await gateway.run("confirm", "nowhere", "4", "base1-4")

    found = json.loads(by_catalog.out)
    assert (found["tier"], found["catalog_id"], found["keyed"]) == ("CONFIRMED", "base1-4", True)
    assert [one.WhichOneof("card") for one in gateway.scans.requests[-3:-1]] == ["catalog_id", "card_id"]
    assert (by_uuid.code, missing.code) == (ExitCode.OK, ExitCode.NOT_FOUND)


async def test_a_collection_is_counted_and_valued_by_set(gateway: Any) -> None:
    lines = await gateway.run("collection", "--owner", "ash", "--json")
    table = await gateway.run("collection")

    found = json.loads(lines.out)
    value = [{"currency": "USD", "amount": "1204.50"}]
    assert (found["owner"], found["total_cards"], found["estimated_values"]) == ("ash", 3, value)
    assert found["sets"][0]["set_id"] == "base1"
    assert "1,204.50 USD" in table.out
    assert "local has 3 cards, 2 of them different" in table.err


async def test_the_cards_of_a_collection_come_page_by_page(gateway: Any) -> None:
    outcome = await gateway.run("collection", "cards", "--set", "base1", "--json")

    found = [json.loads(line) for line in outcome.out.splitlines()]
    assert len(found) == 1500
    assert (found[0]["quantity"], found[0]["estimated_values"][0]["amount"]) == (2, "3.00")
    assert [request.set_id for request in gateway.scans.requests] == ["base1", "base1"]


async def test_options_of_the_cards_stand_after_their_name(gateway: Any) -> None:
    assert (await gateway.run("collection", "--owner", "ash", "cards")).code == ExitCode.USAGE
