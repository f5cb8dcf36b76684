"""The memory of cards is bounded, and keeps those that are asked for."""

from datetime import UTC, datetime

from services.generator.card_memory import CardMemory
from services.generator.cardart.players import Kind
from services.generator.cardart.tiers import Tier
from services.generator.cards import AskedCard, CardView, DrawnCard
from services.generator.pictures import Encoding, Picture

DRAWN = DrawnCard(Tier.RARE, Picture("0" * 64, Encoding.PNG, 750, 1050, 7), 0.5, datetime(2026, 1, 1, tzinfo=UTC))


def asked(player_id: str) -> AskedCard:
    return AskedCard(player_id, Kind.BATTING, 0)


def test_the_card_asked_for_least_lately_is_forgotten() -> None:
    memory = CardMemory(remembered=2)

    for player_id in ("a", "b"):
        memory.keep(CardView(asked(player_id), DRAWN, cached=True), revision=1)
    memory.find(asked("a"))
    memory.keep(CardView(asked("c"), DRAWN, cached=True), revision=1)

    assert [memory.find(asked(player_id)) is not None for player_id in ("a", "b", "c")] == [True, False, True]


def test_what_is_kept_anew_replaces_what_was_kept() -> None:
    memory = CardMemory()

    for revision in (1, 2):
        memory.keep(CardView(asked("a"), DRAWN, cached=True), revision=revision)

    known = memory.find(asked("a"))
    assert known is not None
    assert known.revision == 2
