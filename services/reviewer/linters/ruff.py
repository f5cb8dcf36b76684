"""Ruff: faults, security and speed of Python. It parses and never runs what it looks at."""

import json
from dataclasses import replace
from typing import Any

from services.reviewer.finding import Category, Finding, Place, Severity
from services.reviewer.linters.linter import MOST_PATCHES, Linter
from services.reviewer.linters.programs import Program
from services.reviewer.linters.sandbox import Sandbox
from services.reviewer.linters.scratch import scratch_name
from services.reviewer.patches import Edit, make_patch
from services.reviewer.source import Source

_LOW, _MEDIUM, _HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
_BUG, _SECURITY, _UPKEEP = Category.BUG, Category.SECURITY, Category.MAINTAINABILITY

# The rules that are asked for, and what they mean to people; the longest beginning that fits counts.
_RULES = {
    "ASYNC": (_MEDIUM, _BUG),
    "B": (_MEDIUM, _BUG),
    "B007": (_LOW, _UPKEEP),
    "B009": (_LOW, _UPKEEP),
    "B010": (_LOW, _UPKEEP),
    "B028": (_LOW, _UPKEEP),
    "B904": (_LOW, _UPKEEP),
    "B905": (_LOW, _BUG),
    "BLE": (_LOW, _UPKEEP),
    "C4": (_LOW, Category.PERFORMANCE),
    "C901": (_LOW, _UPKEEP),
    "E7": (_LOW, Category.STYLE),
    "E722": (_MEDIUM, _BUG),
    "E9": (_HIGH, Category.SYNTAX),
    "F": (_MEDIUM, _BUG),
    "F401": (_LOW, _UPKEEP),
    "F403": (_LOW, _UPKEEP),
    "F405": (_LOW, _UPKEEP),
    "F541": (_LOW, Category.STYLE),
    "F6": (_HIGH, _BUG),
    "F7": (_HIGH, _BUG),
    "F821": (_HIGH, _BUG),
    "F823": (_HIGH, _BUG),
    "F841": (_LOW, _UPKEEP),
    "PERF": (_LOW, Category.PERFORMANCE),
    "PLE": (_HIGH, _BUG),
    "PLW": (_LOW, _UPKEEP),
    "PLW0129": (_MEDIUM, _BUG),
    "PLW0711": (_HIGH, _BUG),
    "PLW1508": (_MEDIUM, _BUG),
    "RUF006": (_MEDIUM, _BUG),
    "S": (_MEDIUM, _SECURITY),
    "S102": (_HIGH, _SECURITY),
    "S105": (_MEDIUM, Category.SECRET),
    "S106": (_MEDIUM, Category.SECRET),
    "S107": (_MEDIUM, Category.SECRET),
    "S110": (_LOW, _UPKEEP),
    "S112": (_LOW, _UPKEEP),
    "S311": (_LOW, _SECURITY),
    "S307": (_HIGH, _SECURITY),
    "S501": (_HIGH, _SECURITY),
    "S506": (_HIGH, _SECURITY),
    "S602": (_HIGH, _SECURITY),
    "S604": (_HIGH, _SECURITY),
    "S605": (_HIGH, _SECURITY),
    "S608": (_HIGH, _SECURITY),
    "W605": (_LOW, _BUG),
}
# E70x is layout. Asserts, and programs started without a shell, are no danger by themselves; most loops that PLW2901
# tells of are good.
_LEFT_OUT = ("E701", "E702", "E703", "S101", "S404", "S603", "S607", "PLW2901", "PLW0603")
_SYNTAX = "invalid-syntax"
# By a variable's name or a query's look alone.
_GUESSED = {"S105": 0.5, "S106": 0.5, "S107": 0.5, "S608": 0.7, "S104": 0.7, "S108": 0.6}
ARGUMENTS = (
    "check",
    "--isolated",  # no configuration of any folder
    "--no-cache",
    "--exit-zero",
    "--output-format=json",
    "--target-version=py314",  # the newest: what it can't do isn't the reviewed project's matter
    "--config=lint.mccabe.max-complexity=15",
    f"--select={','.join(_RULES)}",
    f"--ignore={','.join(_LEFT_OUT)}",
)


class Ruff:
    """Its rules are named as its own: `ruff/S602`."""

    name = "ruff"
    languages = frozenset({"python"})
    warm = ""
    optional = False

    def __init__(self) -> None:
        self._program = Program("ruff", package="the Python package ruff")

    async def version(self, sandbox: Sandbox) -> str:
        """See `Linter`."""
        return await self._program.version(sandbox)

    async def look(self, source: Source, sandbox: Sandbox) -> list[Finding]:
        """See `Linter`."""
        name = scratch_name(source, "py")
        ended = await self._program.run(sandbox, [*ARGUMENTS, name], {name: source.text})
        return [
            replace(self._finding(told), patch=_patch(told["fix"], source) if number < MOST_PATCHES else "")
            for number, told in enumerate(json.loads(ended.output))
        ]

    def _finding(self, told: dict[str, Any]) -> Finding:
        rule = told["code"] or _SYNTAX
        severity, category = (_HIGH, Category.SYNTAX) if rule == _SYNTAX else _meaning(rule)
        return Finding(
            rule=f"{self.name}/{rule}",
            severity=severity,
            category=category,
            message=told["message"],
            place=_place(told),
            tools=(self.name,),
            confidence=_GUESSED.get(rule, 1.0),
        )


def _meaning(rule: str) -> tuple[Severity, Category]:
    fitting = [beginning for beginning in _RULES if rule.startswith(beginning)]
    return _RULES[max(fitting, key=len)] if fitting else (_LOW, _UPKEEP)


def _place(told: dict[str, Any]) -> Place:
    start, end = told["location"], told["end_location"]
    return Place(start["row"], start["column"], end["row"], end["column"])


def _patch(fix: dict[str, Any] | None, source: Source) -> str:
    """The fix, where ruff is sure that the program stays the same."""
    if fix is None or fix["applicability"] != "safe":
        return ""
    edits = [Edit(_place(edit), edit["content"]) for edit in fix["edits"]]
    return make_patch(source.path, source.text, edits)


LINTER: Linter = Ruff()
