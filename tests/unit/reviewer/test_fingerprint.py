"""Fingerprints: the same finding keeps its own, wherever it moves; another has another."""

from hypothesis import given
from hypothesis import strategies as st

from services.reviewer.finding import Place
from services.reviewer.fingerprint import fingerprints
from tests.unit.reviewer.findings import finding

CODE = "import os\nimport sys\n\nx = 1\n"


def test_a_fingerprint_stays_when_lines_move() -> None:
    before = fingerprints("a.py", CODE, [finding(line=2)])

    after = fingerprints("a.py", f"# New.\n\n{CODE}", [finding(line=4)])

    assert before == after


def test_a_fingerprint_stays_when_a_line_is_indented_otherwise() -> None:
    assert fingerprints("a.py", "\tx  =  1", [finding()]) == fingerprints("a.py", "    x = 1", [finding()])


def test_equal_findings_of_equal_lines_are_told_apart_by_their_order() -> None:
    first, second = fingerprints("a.py", "x()\ny()\nx()", [finding(line=1), finding(line=3)])

    assert first != second


def test_the_order_in_which_findings_are_given_does_not_matter() -> None:
    one, other = finding(line=1), finding(line=3)

    assert (
        fingerprints("a.py", "x()\ny()\nx()", [one, other]) == fingerprints("a.py", "x()\ny()\nx()", [other, one])[::-1]
    )


def test_two_findings_of_one_line_are_told_apart_by_their_columns() -> None:
    findings = [finding(place=Place(1, 8, 1, 10)), finding(place=Place(1, 12, 1, 15))]

    assert len(set(fingerprints("a.py", "import os, sys", findings))) == 2


def test_rule_path_and_words_make_another_fingerprint() -> None:
    prints = [
        *fingerprints("a.py", CODE, [finding(line=1), finding(line=2), finding("ruff/F811", line=1)]),
        *fingerprints("b.py", CODE, [finding(line=1)]),
    ]

    assert len(set(prints)) == 4


def test_a_message_that_counts_does_not_change_what_has_a_place() -> None:
    prints = [fingerprints("a.py", CODE, [finding(message=f"Used {n} times.")]) for n in (1, 2)]

    assert prints[0] == prints[1]


def test_what_is_about_the_whole_is_known_by_its_message() -> None:
    one, other = fingerprints("", CODE, [finding(line=None, message="a"), finding(line=None, message="b")])

    assert one != other


def test_a_secret_before_it_does_not_change_a_secrets_fingerprint() -> None:
    alone = fingerprints("a.py", 'password = "<password-1>"', [finding("secret/password")])

    second = fingerprints("a.py", 'x = "<password-1>"\npassword = "<password-2>"', [finding("secret/password", line=2)])

    assert alone == second


def test_a_line_that_is_not_there_has_a_fingerprint_too() -> None:
    [told] = fingerprints("a.py", "", [finding(line=7)])

    assert len(told) == 32


@given(st.lists(st.sampled_from(["x()", "y()", "", "  x()"]), min_size=1, max_size=12), st.integers(0, 5))
def test_lines_put_before_change_no_fingerprint_and_all_differ(lines: list[str], moved: int) -> None:
    findings = [finding(line=number) for number in range(1, len(lines) + 1)]
    after = [finding(line=number + moved) for number in range(1, len(lines) + 1)]

    prints = fingerprints("a.py", "\n".join(lines), findings)

    assert fingerprints("a.py", "\n".join(["# new"] * moved + lines), after) == prints
    assert len(set(prints)) == len(prints)
