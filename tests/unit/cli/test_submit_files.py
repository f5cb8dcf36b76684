"""Work out of JSON lines: what is read, what stands in it for people, and what is said of each bad line."""

import json
from pathlib import Path
from typing import Any

import pytest
from atelier.engager.v1.engagement_service_pb2 import ACTIVITY_KIND_LIKE
from atelier.gateway.v1.gateway_service_pb2 import BatchItem
from atelier.generator.v1.card_art_service_pb2 import CARD_KIND_BATTING, CARD_KIND_PITCHING, CARD_TIER_RARE
from atelier.generator.v1.generation_service_pb2 import EXPORT_PRESET_STORY
from atelier.jobs.v1.jobs_service_pb2 import LANE_LOW

from cli.records import BadRecord, Record
from cli.submit_files import open_items

NOON = "2026-05-04T12:00:00Z"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the file lies; commands stand elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    return tmp_path


def read(folder: Path, *items: Any) -> list[Record[BatchItem] | BadRecord]:
    path = folder / "work.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in items))
    return list(open_items(str(path)))


def only(folder: Path, item: Any) -> BatchItem:
    """The one item of a line that is good."""
    [record] = read(folder, item)
    assert isinstance(record, Record), record
    return record.message


def test_every_kind_is_read_from_protobufs_json(folder: Path) -> None:
    detection = {"detectionId": "a", "external": {"source": "s", "externalId": "1"}}
    activity = {"podId": "p", "accountId": "a", "post": "x", "kind": "ACTIVITY_KIND_LIKE", "dueTime": NOON}

    found = read(
        folder,
        {"scan": {"detections": [detection], "lane": "LANE_LOW"}},
        {"generation": {"gallery": {"poseIds": ["batting"]}, "variations": 2}},
        {"card": {"playerId": "halloran-otis", "kind": "CARD_KIND_PITCHING"}},
        {"review": {"review": {"files": [{"path": "a.py", "content": "cGFzcw=="}]}}},
        {"activities": {"activities": [activity]}},
    )

    messages = [one.message for one in found if isinstance(one, Record)]
    assert [one.WhichOneof("work") for one in messages] == ["scan", "generation", "card", "review", "activities"]
    assert [one.place.line for one in found] == [1, 2, 3, 4, 5]
    assert messages[0].scan.lane == LANE_LOW
    assert messages[2].card.kind == CARD_KIND_PITCHING
    assert messages[3].review.review.files[0].content == b"pass"
    assert messages[4].activities.activities[0].kind == ACTIVITY_KIND_LIKE


def test_values_of_enums_may_stand_without_their_enums_name_wherever_they_are(folder: Path) -> None:
    generation = {"poses": ["batting"], "lane": "low", "exports": [{"preset": "story", "format": "jpeg"}]}

    found = only(folder, {"generation": generation}).generation
    card = only(folder, {"card": {"player_id": "halloran-otis", "tier": "Rare"}}).card

    assert (found.lane, found.exports[0].preset) == (LANE_LOW, EXPORT_PRESET_STORY)
    assert (card.kind, card.tier) == (CARD_KIND_BATTING, CARD_TIER_RARE)


def test_a_scans_file_is_read_beside_the_lines_and_its_bad_rows_are_told_by_their_own_place(folder: Path) -> None:
    (folder / "cards.csv").write_text("source,external_id,confidence\ns,1,\ns,2,much\ns,3,7\n")

    bad, wrong, good = sorted(read(folder, {"scan": {"file": "cards.csv", "lane": "low"}}), key=str)

    assert isinstance(good, Record)
    assert [one.external.external_id for one in good.message.scan.detections] == ["1"]
    assert good.message.scan.lane == LANE_LOW
    assert str(bad) == f"{folder}/cards.csv:3: confidence: must be a number"
    assert str(wrong).startswith(f"{folder}/cards.csv:4: confidence: ")


def test_a_file_of_more_than_a_scan_takes_becomes_several_items_of_its_line(folder: Path) -> None:
    rows = "".join(f"s,{number}\n" for number in range(2100))
    (folder / "cards.csv").write_text(f"source,external_id\n{rows}")

    found = read(folder, {"scan": {"file": "cards.csv"}})

    sizes = [len(one.message.scan.detections) for one in found if isinstance(one, Record)]
    assert (sizes, {one.place.line for one in found}) == ([1000, 1000, 100], {1})


def test_a_prompt_alone_is_drawn_and_with_poses_says_what_else_to(folder: Path) -> None:
    alone = only(folder, {"generation": {"prompt": "a knight", "size": "512x768"}}).generation
    beside = only(folder, {"generation": {"prompt": "in the rain", "poses": ["batting"]}}).generation

    assert (alone.text.prompt, alone.width, alone.height) == ("a knight", 512, 768)
    assert (beside.gallery.prompt, list(beside.gallery.pose_ids)) == ("in the rain", ["batting"])


def test_what_is_to_be_reviewed_is_collected_beside_the_lines(folder: Path) -> None:
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text("print()\n")
    (folder / "src" / "notes.xyz").write_text("nothing to review")

    found = only(folder, {"review": {"paths": ["src"], "secret_policy": "withhold"}}).review

    assert [file.content for file in found.review.files] == [b"print()\n"]
    assert found.review.files[0].path.endswith("app.py")
    assert found.project


def test_activities_are_a_list_or_a_file(folder: Path) -> None:
    (folder / "likes.csv").write_text(f"post,due_time\nx,{NOON}\ny,{NOON}\n,soon\n")
    where = {"pod_id": "p", "account_id": "a"}

    listed = only(folder, {"activities": [{**where, "post": "x", "kind": "like", "due_time": NOON}]}).activities
    bad, good = sorted(read(folder, {"activities": {"file": "likes.csv", **where}}), key=str)

    assert isinstance(good, Record)
    assert [one.post for one in good.message.activities.activities] == ["x", "y"]
    assert {one.account_id for one in (*good.message.activities.activities, *listed.activities)} == {"a"}
    assert str(bad).startswith(f"{folder}/likes.csv:4: due_time: must be a time")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "broken JSON"),
        ("[]", "must be a JSON object"),
        ({}, "must have exactly one of scan, generation, card, review, activities"),
        ({"scan": {}, "card": {}}, "must have exactly one"),
        ({"hug": {}}, "must have exactly one"),
        ({"scan": []}, "scan: must be a JSON object"),
        ({"scan": {"cards": 1}}, "scan: is no CreateScanRequest in protobuf's JSON"),
        ({"scan": {"file": 7}}, "scan.file: must be text"),
        ({"scan": {"file": "-"}}, "scan.file: must be a file"),
        ({"scan": {"file": "gone.csv"}}, "gone.csv can't be read"),
        ({"scan": {"file": "x.csv", "detections": [{}]}}, "scan: takes just one of file, detections"),
        ({"generation": {"size": "big"}}, "generation.size: must read WIDTHxHEIGHT"),
        ({"generation": {"poses": "batting"}}, "generation.poses: must be a list"),
        ({"card": {"kind": "fielding"}}, "card: is no RenderCardRequest"),
        ({"review": {"paths": ["gone"]}}, "gone can't be read"),
        ({"review": {"paths": ["."], "diff": "main"}}, "review: takes just one of paths, diff, target"),
        ({"activities": {"file": "gone.csv"}}, "gone.csv can't be read"),
        ({"activities": [{"post": 1}]}, "activities: is no ScheduleActivitiesRequest"),
    ],
)
def test_a_bad_line_is_told_by_its_place_and_hides_no_other(folder: Path, line: Any, said: str) -> None:
    bad, good = read(folder, line, {"card": {"player_id": "x"}})

    assert isinstance(good, Record)
    assert isinstance(bad, BadRecord)
    assert bad.place.line == 1
    assert said in str(bad)
