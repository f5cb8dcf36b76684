"""Players for the tests of cards: one to change, the repository's made-up ones, and the real ones where they are."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.generator.cardart.player_files import Format, ReadPlayer, read_players
from services.generator.cardart.players import Career, Kind, Player
from tests.shared_data import REPOSITORY, SHARED_DATA

REAL_PLAYERS = SHARED_DATA / "baseball_players.jsonl.gz"

PLAYER = Player(
    player_id="vega-rocio",
    first="Rocío",
    last="Vega",
    teams=("San Telmo Cóndores", "Lakeview Giants"),
    position="SS",
    years=(2009, 2024),
    bats="R",
    throws="R",
    batting=Career(Kind.BATTING, {"G": 1877, "AB": 7012, "H": 1990, "HR": 201}, {"AVG": Decimal("0.284")}),
    pitching=Career(Kind.PITCHING, {"W": 1, "L": 0, "SO": 4, "ER": 2}, {}, outs=10),
)


@pytest.fixture
def player() -> Callable[..., Player]:
    """Makes a player of the plainest kind, but for what is said."""

    def make(**changes: Any) -> Player:
        return replace(PLAYER, **changes)

    return make


@pytest.fixture(scope="session")
def real_players() -> list[Player]:
    """The 2,000 careers of the shared data."""
    if not REAL_PLAYERS.exists():
        pytest.skip("the shared data isn't here")
    found = read_players(gzip.decompress(REAL_PLAYERS.read_bytes()), Format.JSON_LINES)
    return [record.player for record in found if isinstance(record, ReadPlayer)]


@pytest.fixture(scope="session")
def sample_players() -> list[Player]:
    """The players of the examples."""
    content = (REPOSITORY / "examples" / "players.jsonl").read_bytes()
    return [record.player for record in read_players(content, Format.JSON_LINES) if isinstance(record, ReadPlayer)]
