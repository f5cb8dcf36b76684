"""`atelier render`, `poses`, `credits` and their imports as scripts see them, against services on a real socket."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from atelier.generator.v1 import card_art_service_pb2 as art
from atelier.generator.v1.pose_service_pb2 import ImportPosesRequest
from google.protobuf.json_format import MessageToDict

from chassis.errors import PermissionDenied, Unavailable
from cli.exits import ExitCode
from cli.player_files import open_players
from cli.records import BadRecord, Record

PLAYERS = [{"id": "a-1", "last": "A", "batting": {"HR": 3}}, {"id": "b/2"}, {"last": "C"}]


def lines(values: list[Any]) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


async def test_cards_are_saved_under_their_names_and_one_refused_stops_none(gateway: Any, tmp_path: Path) -> None:
    arguments = ["--kind", "pitching", "--variant", "2", "--tier", "epic", "--out", str(tmp_path)]

    outcome = await gateway.run("render", "../é", "nobody", "a-1", *arguments)

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "%2E.%2Fé-pitching-2.png": "card of ../é",
        "a-1-pitching-2.png": "card of a-1",
    }
    request = gateway.card_art.requests[0]
    assert (request.kind, request.variant, request.tier) == (art.CARD_KIND_PITCHING, 2, art.CARD_TIER_EPIC)
    assert "nobody: There is no player 'nobody'" in outcome.err
    assert outcome.code == ExitCode.ITEMS


async def test_a_card_is_told_in_a_document(gateway: Any, tmp_path: Path) -> None:
    outcome = await gateway.run("render", "a-1", "--out", str(tmp_path), "--json")

    found = json.loads(outcome.out)
    assert (found["name"], found["kind"], found["tier"]) == ("a-1/batting/0", "BATTING", "RARE")
    assert found["path"] == str(tmp_path / "a-1-batting-0.png")
    assert (found["image"]["width"], found["image_url"]) == (750, None)


@pytest.mark.parametrize("name", ["players.jsonl", "players.jsonl.gz"])
async def test_players_are_sent_as_they_stand_and_a_bad_line_is_told_with_its_place(
    gateway: Any, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    data = lines(PLAYERS).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)

    outcome = await gateway.run("import", "players", str(path), "--json")

    found = json.loads(outcome.out)
    assert (found["received"], found["inserted"], found["rejected"]) == (3, 1, 2)
    assert sorted((one["line"], one["field"]) for one in found["rejections"]) == [(2, "last"), (3, "id")]
    assert gateway.card_art.players[0].details["batting"]["HR"] == 3
    assert outcome.code == ExitCode.ITEMS


def test_columns_of_csv_are_the_paths_of_fields(tmp_path: Path) -> None:
    path = tmp_path / "players.csv"
    path.write_text("id,last,teams,batting.HR,batting.AVG\na-1,A,X;Y,3,\n,B,,,\n")

    good, bad = open_players(str(path))

    assert isinstance(good, Record)
    assert MessageToDict(good.message.details) == {"id": "a-1", "last": "A", "teams": "X;Y", "batting": {"HR": "3"}}
    assert isinstance(bad, BadRecord)
    assert str(bad) == f"{path}:3: id: is missing"


def test_a_record_that_no_message_can_hold_is_a_bad_one(tmp_path: Path) -> None:
    path = tmp_path / "players.jsonl"
    path.write_text(
        '{"id":"a","x":' + "[" * 50 + "]" * 50 + '}\n{"id":"b","x":"\\ud800"}\n{"id":"c","x":1' + "0" * 400 + "}\n"
    )

    found = list(open_players(str(path)))

    assert [isinstance(one, BadRecord) for one in found] == [True, True, True]


async def test_poses_are_listed_page_by_page(gateway: Any) -> None:
    outcome = await gateway.run("poses", "--tag", "side", "--tag", "sport")

    assert len(outcome.out.splitlines()) == 700 + 2 * 2
    assert [list(request.tags) for request in gateway.poses.requests] == [["side", "sport"]] * 2
    assert outcome.err == "700 poses.\n"


async def test_lines_of_poses_are_sent_as_lines_so_that_a_bad_one_is_known(gateway: Any, tmp_path: Path) -> None:
    path = tmp_path / "poses.jsonl"
    path.write_text(lines([{"id": str(number)} for number in range(3)]))

    outcome = await gateway.run("import", "poses", str(path), "--id-prefix", "mocap")

    [file] = gateway.poses.files
    assert (file.format, file.id_prefix) == (ImportPosesRequest.FILE_FORMAT_JSON_LINES, "mocap")
    assert len(file.content.splitlines()) == 3
    assert f"{path}:3: keypoints: must be 17 joints" in outcome.err
    assert outcome.code == ExitCode.ITEMS


@pytest.mark.parametrize(
    ("document", "options", "form"),
    [
        ({"people": []}, [], ImportPosesRequest.FILE_FORMAT_OPENPOSE_JSON),
        ({"annotations": []}, [], ImportPosesRequest.FILE_FORMAT_COCO_JSON),
        ({"keypoints": []}, ["--format", "coco"], ImportPosesRequest.FILE_FORMAT_COCO_JSON),
    ],
)
async def test_a_document_of_poses_goes_whole_and_its_format_is_told_by_its_content(
    gateway: Any, tmp_path: Path, document: dict[str, Any], options: list[str], form: Any
) -> None:
    path = tmp_path / "poses.json"
    path.write_text(json.dumps(document))

    outcome = await gateway.run("import", "poses", str(path), *options, "--json")

    [file] = gateway.poses.files
    assert (file.format, json.loads(file.content)) == (form, document)
    assert outcome.code == ExitCode.OK


@pytest.mark.parametrize("text", ["{}", "[1]", "{"])
async def test_a_document_that_could_be_anything_is_refused(gateway: Any, tmp_path: Path, text: str) -> None:
    path = tmp_path / "poses.json"
    path.write_text(text)

    outcome = await gateway.run("import", "poses", str(path))

    assert outcome.code == ExitCode.DATA
    assert gateway.poses.files == []


async def test_credits_are_shown_listed_and_granted(gateway: Any) -> None:
    own = await gateway.run("credits", "--json")
    entries = await gateway.run("credits", "entries", "--json")
    granted = await gateway.run("credits", "grant", "ash", "5", "--request-id", "once")

    assert json.loads(own.out) == {"owner": "local", "available": 10, "reserved": 2}
    assert [json.loads(line)["reason"] for line in entries.out.splitlines()] == ["RESERVE", "GRANT"]
    [request] = gateway.credit.requests
    assert (request.owner, request.amount, request.request_id) == ("ash", 5, "once")
    assert granted.err == "ash can pay for 15 more images.\n"


async def test_a_grant_that_may_have_been_made_is_told_how_to_be_repeated(gateway: Any) -> None:
    gateway.credit.error = Unavailable("The service is leaving.")
    unsure = await gateway.run("credits", "grant", "ash", "5")
    gateway.credit.error = PermissionDenied("This needs role operator.")
    refused = await gateway.run("credits", "grant", "ash", "5")

    ids = [request.request_id for request in gateway.credit.requests]
    assert f"with --request-id {ids[0]} it is granted once at most" in unsure.err
    assert ids[0] != ids[-1]
    assert "at most" not in refused.err
    assert refused.code == ExitCode.NO_PERMISSION
