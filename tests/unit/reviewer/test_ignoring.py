"""Comments that dismiss findings, in any language's comments."""

import pytest

from services.reviewer.finding import Place
from services.reviewer.ignoring import UNREASONED, ignored, ignores
from tests.unit.reviewer.findings import finding


def why(code: str, rule: str = "ruff/S602", line: int = 1, end: int = 0) -> str:
    return ignored(finding(rule, place=Place(line, 0, end or line)), ignores(code.split("\n")))


@pytest.mark.parametrize(
    "comment",
    [
        "# atelier:ignore[ruff/S602] it is constant",
        "#atelier:ignore[ruff/S602] it is constant",
        "// atelier:ignore[ruff/S602] it is constant",
        "/* atelier:ignore[ruff/S602] it is constant */",
        "/** atelier:ignore[ruff/S602] it is constant **/",
        "-- atelier:ignore[ruff/S602] it is constant",
        "; atelier:ignore[ruff/S602] it is constant",
        "% atelier:ignore[ruff/S602] it is constant",
        "<!-- atelier:ignore[ruff/S602] it is constant -->",
        "{- atelier:ignore[ruff/S602] it is constant -}",
        "(* atelier:ignore[ruff/S602] it is constant *)",
        "{# atelier:ignore[ruff/S602] it is constant #}",
        '""" atelier:ignore[ruff/S602] it is constant """',
        "# atelier:ignore[ruff/S602]: it is constant",
        "# noqa: S602 # atelier:ignore[ruff/S602] it is constant",
    ],
)
def test_a_comment_behind_the_code_dismisses_what_is_in_its_line(comment: str) -> None:
    assert why(f"run(command, shell=True)  {comment}") == "it is constant"


@pytest.mark.parametrize("opening", ["#", "//", "--", "/*", "*"])
def test_comments_before_the_code_dismiss_what_is_in_the_next_line_of_it(opening: str) -> None:
    code = f"{opening} atelier:ignore[ruff/S602] it is constant\n{opening} more words\n\nrun(command)\nrun(other)"

    assert why(code, line=4) == "it is constant"
    assert why(code, line=5) == ""


@pytest.mark.parametrize("following", ["#[derive(Debug)]", "*pointer = 1;", "--count;"])
def test_code_that_begins_like_a_comment_is_code(following: str) -> None:
    assert why(f"// atelier:ignore[ruff/S602] it is constant\n{following}\nrun()", line=2) == "it is constant"


@pytest.mark.parametrize("named", ["S602", "ruff/S602", "ruff/*", "S6*", "*", "F401, S602", " ruff/S602 "])
def test_rules_are_named_wholly_without_their_tool_or_by_a_pattern(named: str) -> None:
    assert why(f"run()  # atelier:ignore[{named}] it is constant") == "it is constant"


@pytest.mark.parametrize("named", ["S603", "pylint/S602", "pylint/*", "s602", ""])
def test_other_rules_are_not_dismissed(named: str) -> None:
    assert why(f"run()  # atelier:ignore[{named}] it is constant") == ""


def test_a_rule_dismisses_what_another_tool_means_by_its_own() -> None:
    assert why("import os  # atelier:ignore[unused-import] for its effect", "ruff/F401") == "for its effect"


def test_what_spans_lines_is_dismissed_in_any_of_them() -> None:
    assert why("run(\n  command,  # atelier:ignore[S602] it is constant\n)", line=1, end=3) == "it is constant"


def test_what_is_about_the_whole_is_not_dismissed_by_a_line() -> None:
    assert ignored(finding(line=None), ignores(["x  # atelier:ignore[*] no"])) == ""


def test_without_a_reason_it_says_so() -> None:
    assert why("run()  # atelier:ignore[S602]") == UNREASONED


@pytest.mark.parametrize(
    "code", ['x = "atelier:ignore[S602] no"', "run()  atelier:ignore[S602] no", "# ignore[S602] no"]
)
def test_what_is_in_no_comment_dismisses_nothing(code: str) -> None:
    assert why(code) == ""
