"""Merging: what several tools mean is told once, with all who said it; what differs stays apart."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reviewer.finding import Category, Finding, Place, Severity
from services.reviewer.merging import merge
from services.reviewer.secrets.scan import scan
from tests.unit.reviewer.findings import finding

SECRET: dict[str, Any] = {"category": Category.SECRET, "severity": Severity.HIGH}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ruff/F401", "pylint/unused-import"),
        ("ruff/B006", "pylint/dangerous-default-value"),
        ("ruff/PLW1510", "pylint/subprocess-run-check"),
        ("ruff/S307", "pylint/eval-used"),
        ("oxlint/no-eval", "eslint/no-eval"),
        ("oxlint/unicorn/no-thenable", "other/unicorn/no-thenable"),
    ],
)
def test_rules_of_two_tools_that_mean_the_same_become_one_finding(one: str, other: str) -> None:
    [merged] = merge([finding(one, line=3), finding(other, line=3)])

    assert set(merged.tools) == {one.partition("/")[0], other.partition("/")[0]}


def test_a_secret_that_a_linter_and_a_model_saw_is_told_in_the_words_of_the_scan() -> None:
    [secret] = scan('password = "correct-horse7"', "python")
    linter = finding("ruff/S105", place=Place(1, 12, 1, 28), confidence=0.5, **SECRET)
    model = finding("model/hardcoded-credentials", message="A password is hard-coded here.", confidence=0.5)

    [merged] = merge([model, linter, secret.tell()])

    assert (merged.rule, merged.message, merged.place) == ("secret/password", secret.tell().message, secret.place)
    assert merged.tools == ("secret-scan", "ruff", "model")
    assert merged.confidence == pytest.approx(0.95)


@pytest.mark.parametrize(
    ("rule", "slug", "message"),
    [
        ("ruff/S602", "command-injection", "`name` reaches a shell."),
        ("ruff/S608", "security", "This query is open to SQL injection."),
        ("ruff/S301", "unsafe-pickle", "Unpickling data of strangers runs code."),
        ("pylint/dangerous-default-value", "shared-list", "The mutable default is shared by all calls."),
        ("oxlint/no-unused-vars", "dead-code", "`total` is never used."),
    ],
)
def test_a_model_that_means_what_a_linter_found_joins_it(rule: str, slug: str, message: str) -> None:
    [merged] = merge([finding(f"model/{slug}", line=4, message=message), finding(rule, line=4)])

    assert (merged.rule, merged.tools[-1]) == (rule, "model")


def test_a_model_that_means_something_else_on_the_line_stays_apart() -> None:
    merged = merge([finding("model/race-condition", message="Two calls may interleave."), finding("ruff/S602")])

    assert len(merged) == 2


def test_the_same_on_other_lines_stays_apart() -> None:
    assert len(merge([finding("ruff/F401", line=1), finding("pylint/unused-import", line=2)])) == 2


def test_two_findings_of_one_tool_stay_two_and_each_finds_its_own() -> None:
    ruff = [finding("ruff/F401", place=Place(1, 8, 1, 10)), finding("ruff/F401", place=Place(1, 12, 1, 15))]
    pylint = [finding("pylint/unused-import", message=name) for name in ("os", "sys")]

    merged = merge([*ruff, *pylint])

    assert [one.tools for one in merged] == [("ruff", "pylint")] * 2


def test_syntax_errors_of_one_line_are_one() -> None:
    syntax: dict[str, Any] = {"category": Category.SYNTAX}

    assert len(merge([finding("ruff/invalid-syntax", **syntax), finding("pylint/syntax-error", **syntax)])) == 1


def test_the_worst_severity_and_the_first_patch_are_kept() -> None:
    mild = finding("ruff/F401", severity=Severity.LOW)
    bad = finding("pylint/unused-import", severity=Severity.HIGH, patch="a patch")

    [merged] = merge([mild, bad])

    assert (merged.severity, merged.patch) == (Severity.HIGH, "a patch")


RULES = ["ruff/F401", "pylint/unused-import", "ruff/S602", "model/x", "secret/password", "ruff/S105", "eslint/no-eval"]
ANY = st.builds(
    finding,
    st.sampled_from(RULES),
    st.one_of(st.none(), st.integers(1, 3)),
    message=st.sampled_from(["unused import", "shell=True", "a hard-coded password", "else"]),
    confidence=st.sampled_from([0.5, 1.0]),
)


@settings(max_examples=50)
@given(st.lists(ANY, max_size=5), st.randoms(use_true_random=False))
def test_merging_knows_no_order_and_is_done_once(findings: list[Finding], shuffled: random.Random) -> None:
    merged = merge(findings)
    other = list(findings)
    shuffled.shuffle(other)

    assert merge(other) == merged
    assert merge(merged) == merged
    assert {tool for one in merged for tool in one.tools} == {tool for one in findings for tool in one.tools}
