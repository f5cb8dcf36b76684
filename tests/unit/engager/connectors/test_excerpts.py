"""What is kept of an answer."""

import time

import pytest

from services.engager.connectors.excerpts import make_excerpt, make_id

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ('{"id": "act-1", "state": "done"}', '{"id": "act-1", "state": "done"}'),
        ("two\r\nlines\tand\x1b[31mred\x00", "two lines and [31mred"),
        ("a\u202eb", "a b"),
        ('{"access_token": "abc", "id": 7}', '{"access_token": <secret>, "id": 7}'),
        ("password=hunter2&user=me", "password=<secret>&user=me"),
        ('{"raw": "{\\"token\\":\\"abc\\"}"}', '{"raw": "{\\"token\\":<secret>\\"}"}'),
        ("Authorization: Bearer abcdef123", "Authorization: <secret> <secret>"),
        (f"got {JWT}", "got <secret>"),
        (f"Atelier-Signature {HEX}.", "Atelier-Signature <secret>."),
        ("sk-live-0123456789abcdef", "<secret>"),
        ("0198c0de-0000-7000-8000-000000000001", "0198c0de-0000-7000-8000-000000000001"),
        ("an_error_that_has_a_rather_long_name_indeed", "an_error_that_has_a_rather_long_name_indeed"),
        ("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----", "<secret>"),
    ],
)
def test_the_beginning_is_kept_in_one_line_without_secrets(answer: str, kept: str) -> None:
    assert make_excerpt(answer.encode()) == kept


def test_the_secret_that_signs_is_hidden_whatever_it_looks_like() -> None:
    assert make_excerpt(b"we share: open sesame, friend!", "open sesame, friend") == "we share: <secret>!"


def test_it_is_cut_at_500_characters() -> None:
    kept = make_excerpt(b"word " * 10_000)

    assert (len(kept), kept[-1]) == (500, "…")


def test_a_secret_at_the_edge_of_what_is_looked_at_does_not_show() -> None:
    answer = b" " * 4_070 + HEX.encode()

    assert HEX[:8] not in make_excerpt(answer)


def test_bytes_that_are_no_text_are_kept_as_such() -> None:
    assert make_excerpt(b"\xff\xfeok") == "\ufffd\ufffdok"


@pytest.mark.parametrize("part", [b"eyJ-", b"token", b"a" * 8, b"-----BEGIN A", b'token:"', b"sk-", b"bearer "])
def test_an_answer_made_to_take_long_does_not(part: bytes) -> None:
    started = time.process_time()

    make_excerpt(part * (65_536 // len(part)))

    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("told", "name"),
    [("act-1", "act-1"), (7, "7"), (None, ""), (True, ""), ([], ""), ("a\nb\ud800", "a b"), ("x" * 300, "x" * 200)],
)
def test_an_id_is_a_word_or_a_number(told: object, name: str) -> None:
    assert make_id(told) == name
