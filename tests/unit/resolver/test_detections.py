"""What of a detection can be used, and the keys that evidence becomes."""

import struct
from hashlib import sha256

import pytest
from atelier.resolver.v1 import resolver_service_pb2 as cards_pb
from atelier.resolver.v1 import scan_service_pb2 as pb
from hypothesis import given
from hypothesis import strategies as st

from services.resolver.detections import KEY_LIMIT, Evidence, Flaw, embedding_key, read_evidence, text_key

DIMENSIONS = 4


def text(name: str = "", number: str = "", set_name: str = "") -> cards_pb.ScannedText:
    return cards_pb.ScannedText(name=name, number=number, set=set_name)


def external(source: str, external_id: str) -> pb.Detection:
    return pb.Detection(detection_id="a", external=cards_pb.ExternalId(source=source, external_id=external_id))


def embedding(values: list[float]) -> pb.Detection:
    return pb.Detection(detection_id="a", embedding=cards_pb.Embedding(values=values))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (text("Pokémon Trainer", "4/102"), text("POKEMON  trainer", "4 / 102")),
        (text("Mew", set_name="Base Set"), text("mew!", set_name="base")),
        (text(number="TG01/TG30"), text(number="tg01/tg30")),
    ],
)
def test_spellings_of_one_reading_have_one_key(one: cards_pb.ScannedText, other: cards_pb.ScannedText) -> None:
    assert text_key(one) == text_key(other) is not None


def test_other_readings_have_other_keys() -> None:
    readings = [
        text("Mew"),
        text(set_name="Mew"),
        text("Mew", "4"),
        text("Mew", "4/102"),
        text("Mew", "41/02"),
        text("Mew", "4102"),
        text("Mew", "4", "Base"),
    ]

    assert len({text_key(one) for one in readings}) == len(readings)


@pytest.mark.parametrize("nothing", [text(), text(" "), text("---", "/", "…"), text("\0")])
def test_a_reading_of_which_nothing_is_left_has_no_key(nothing: cards_pb.ScannedText) -> None:
    assert text_key(nothing) is None


@given(st.text(max_size=250), st.text(max_size=60), st.text(max_size=250))
def test_every_text_key_is_an_external_id(name: str, number: str, set_name: str) -> None:
    try:
        reading = text(name, number, set_name)
    except UnicodeEncodeError:  # Half of a surrogate pair, which no message can hold.
        return

    key = text_key(reading)

    assert key is None or (1 <= len(key) <= KEY_LIMIT and "\0" not in key)


def test_an_embedding_s_key_is_the_hash_of_its_numbers() -> None:
    values = [0.5, -1.25, 3.0, 0.1]

    key = embedding_key(embedding(values).embedding.values)

    assert key == sha256(struct.pack("<4f", *values)).hexdigest()


@pytest.mark.parametrize(
    "good",
    [
        (external("s", "x" * 200), Evidence("EXTERNAL", "s", "x" * 200)),
        (pb.Detection(text=text("Mew")), Evidence("TEXT", "atelier.text", "mew||")),
        (pb.Detection(text=text("---")), Evidence("TEXT", None, None)),
    ],
)
def test_evidence_that_can_be_used_has_its_kind_and_key(good: tuple[pb.Detection, Evidence]) -> None:
    assert read_evidence(good[0], DIMENSIONS) == good[1]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (external("", "x"), "source"),
        (external("s", ""), "external_id"),
        (external("s", "x" * 201), "external_id"),
        (external("s" * 101, "x"), "source"),
        (external("s", "a\0"), "U+0000"),
        (pb.Detection(text=text()), "at least one"),
        (pb.Detection(text=text(number="1" * 51)), "number"),
        (embedding([]), "values"),
        (embedding([1.0]), "must have 4 numbers"),
        (embedding([0.0] * DIMENSIONS), "no direction"),
        (embedding([1.0, float("inf"), 0.0, 0.0]), "finite"),
        (embedding([1.0, float("nan"), 0.0, 0.0]), "finite"),
    ],
)
def test_evidence_that_breaks_a_rule_says_which(bad: pb.Detection, words: str) -> None:
    flaw = read_evidence(bad, DIMENSIONS)

    assert isinstance(flaw, Flaw)
    assert flaw.reason == "INVALID_EVIDENCE"
    assert words in flaw.message


def test_a_detection_without_evidence_says_so() -> None:
    assert read_evidence(pb.Detection(detection_id="a"), DIMENSIONS) == Flaw("NO_EVIDENCE", "")
