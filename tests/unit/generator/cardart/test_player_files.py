"""Files of players: good records are read, bad ones named, hostile ones survived."""

import gzip
import json
from typing import Any

import pytest

from services.generator.cardart import player_files
from services.generator.cardart.player_files import BadPlayerFile, Format, ReadPlayer, RejectedPlayer, read_players
from services.generator.cardart.player_records import read_player, to_record
from services.generator.cardart.players import Player
from tests.shared_data import REPOSITORY, SHARED_DATA

RECORD: dict[str, Any] = {
    "id": "doe01",
    "first": "Jane",
    "last": "Doe",
    "teams": ["Lakers", "Giants"],
    "position": "1B",
    "years": [1990, 1999],
    "bats": "L",
    "batting": {"G": 10, "AB": 40, "H": 12, "AVG": 0.3, "incomplete": ["SF"]},
    "pitching": {"W": 1, "L": 2, "IP": "7.2", "ERA": 4.7},
}


def json_line(**changes: Any) -> bytes:
    return json.dumps(RECORD | changes).encode() + b"\n"


def rejection(content: bytes, file_format: Format = Format.JSON_LINES) -> RejectedPlayer:
    (found,) = read_players(content, file_format)
    assert isinstance(found, RejectedPlayer)
    return found


def player_of(content: bytes, file_format: Format = Format.JSON_LINES) -> Player:
    (found,) = read_players(content, file_format)
    assert isinstance(found, ReadPlayer)
    return found.player


def test_every_real_player_is_read() -> None:
    path = SHARED_DATA / "baseball_players.jsonl.gz"
    if not path.exists():
        pytest.skip("the shared data isn't here")

    found = list(read_players(gzip.decompress(path.read_bytes()), Format.JSON_LINES))

    assert len(found) == 2000
    assert all(isinstance(record, ReadPlayer) for record in found)


def test_every_example_is_read() -> None:
    found = list(read_players((REPOSITORY / "examples" / "players.jsonl").read_bytes(), Format.JSON_LINES))

    assert len(found) == 12
    assert all(isinstance(record, ReadPlayer) for record in found)


def test_csv_says_the_same_as_json() -> None:
    header = "id,first,last,teams,position,years,bats,batting.G,batting.AB,batting.H,batting.AVG,batting.incomplete"
    header += ",pitching.W,pitching.L,pitching.IP,pitching.ERA"
    row = 'doe01,Jane,"Doe",Lakers; Giants,1B,1990-1999,L,10,40,12,.3,SF,1,2,7.2,4.7'

    assert player_of(f"{header}\r\n{row}\r\n".encode(), Format.CSV) == player_of(json_line())


def test_a_player_survives_the_way_to_a_record_and_back(sample_players: list[Player]) -> None:
    for player in sample_players:
        assert read_player(json.loads(json.dumps(to_record(player)))) == player


def test_two_men_of_one_name_stay_two(sample_players: list[Player]) -> None:
    namesakes = [player.player_id for player in sample_players if player.name == "Eddie Marsh"]

    assert len(set(namesakes)) == 2


def test_a_player_without_first_name_position_and_careers_is_one() -> None:
    player = player_of(json_line(first=None, position=None, batting={}, pitching=None))

    assert (player.first, player.position, player.batting, player.pitching) == ("", "", None, None)


def test_innings_count_in_thirds() -> None:
    career = player_of(json_line()).pitching

    assert career is not None
    assert career.outs == 23


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"id": ""}, "id", "MISSING"),
        ({"id": 7}, "id", "WRONG_TYPE"),
        ({"last": None}, "last", "MISSING"),
        ({"last": "x" * 81}, "last", "TOO_LONG"),
        ({"last": "\u202e\u200b"}, "last", "INVISIBLE"),
        ({"last": "A\x00B"}, "last", "NOT_TEXT"),
        ({"first": "\ud800"}, "first", "NOT_TEXT"),
        ({"teams": []}, "teams", "MISSING"),
        ({"teams": ["x"] * 51}, "teams", "TOO_MANY"),
        ({"teams": ["Lakers", "\u200b"]}, "teams[1]", "INVISIBLE"),
        ({"teams": ["Lakers", 3]}, "teams[1]", "WRONG_TYPE"),
        ({"years": [1999, 1990]}, "years", "OUT_OF_RANGE"),
        ({"years": [1990]}, "years", "WRONG_TYPE"),
        ({"years": [True, 1990]}, "years", "WRONG_TYPE"),
        ({"bats": "X"}, "bats", "UNKNOWN_HAND"),
        ({"batting": [1]}, "batting", "WRONG_TYPE"),
        ({"batting": {"HR": -1}}, "batting.HR", "OUT_OF_RANGE"),
        ({"batting": {"HR": 1.5}}, "batting.HR", "WRONG_TYPE"),
        ({"batting": {"HR": True}}, "batting.HR", "WRONG_TYPE"),
        ({"batting": {"HR": 10**30}}, "batting.HR", "OUT_OF_RANGE"),
        ({"batting": {"AVG": 1.2}}, "batting.AVG", "OUT_OF_RANGE"),
        ({"batting": {"AVG": "1e999999999"}}, "batting.AVG", "OUT_OF_RANGE"),
        ({"batting": {"AVG": "NaN"}}, "batting.AVG", "NOT_FINITE"),
        ({"batting": {"AVG": 10**30}}, "batting.AVG", "OUT_OF_RANGE"),
        ({"batting": {"H": 5, "AB": 4}}, "batting.H", "INCONSISTENT"),
        ({"batting": {"H": 5, "incomplete": ["XX"]}}, "batting.incomplete", "UNKNOWN_COUNT"),
        ({"pitching": {"IP": "12.3"}}, "pitching.IP", "NOT_INNINGS"),
        ({"pitching": {"IP": "9" * 400}}, "pitching.IP", "NOT_INNINGS"),
        ({"pitching": {"ERA": "2." + "1" * 100}}, "pitching.ERA", "NOT_A_NUMBER"),
        ({"pitching": {"ERA": "many"}}, "pitching.ERA", "NOT_A_NUMBER"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], field: str, reason: str) -> None:
    found = rejection(json_line(**changes))

    assert (found.field, found.reason) == (field, reason)


@pytest.mark.parametrize(
    "line",
    [b"{", b"[]", b"NaN", b'"text"', b"[" * 60_000, b'{"id": ' + b"9" * 5000 + b"}", b'{"id": NaN}', b"x" * 70_000],
)
def test_what_is_no_record_is_rejected_and_hides_nothing(line: bytes) -> None:
    bad, good = read_players(line + b"\n\n" + json_line(), Format.JSON_LINES)

    assert isinstance(bad, RejectedPlayer)
    assert bad.field == ""
    assert isinstance(good, ReadPlayer)
    assert (good.position, good.line) == (1, 3)


def test_an_open_quote_spoils_its_own_row_only() -> None:
    content = b'\xef\xbb\xbfid,last,teams,years\na,"Open,x,1990\nb,Doe,x,1990\nc,Doe,x\n'

    first, second, third = read_players(content, Format.CSV)

    assert isinstance(first, RejectedPlayer)
    assert isinstance(second, ReadPlayer)
    assert isinstance(third, RejectedPlayer)
    assert third.reason == "WRONG_COLUMNS"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "BAD_HEADER"),
        (b"id,last,teams\n", "BAD_HEADER"),
        (b"id,last,teams,years,id\n", "BAD_HEADER"),
        (b'"id', "BAD_HEADER"),
        (b"\xff\xfe", "NOT_UTF8"),
    ],
)
def test_a_file_that_can_not_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(BadPlayerFile) as caught:
        read_players(content, Format.CSV)

    assert caught.value.reason == reason


def test_a_file_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player_files, "MOST_RECORDS", 1)
    with pytest.raises(BadPlayerFile, match="1 records at most"):
        read_players(json_line() * 2, Format.JSON_LINES)

    monkeypatch.setattr(player_files, "LARGEST_FILE", 10)
    with pytest.raises(BadPlayerFile, match="10 bytes at most"):
        read_players(json_line(), Format.JSON_LINES)
