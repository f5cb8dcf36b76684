"""ESLint, where the machine has it: faults of JavaScript, by its core rules and no plugin, parser or configuration."""

import json
from typing import Any

from services.reviewer.finding import Category, Finding, Place, Severity
from services.reviewer.linters.linter import Linter
from services.reviewer.linters.places import column_of_utf16
from services.reviewer.linters.programs import Program
from services.reviewer.linters.sandbox import Sandbox
from services.reviewer.linters.scratch import scratch_name
from services.reviewer.source import Source

_CONFIGURATION = "eslint.config.mjs"
_BUGS = (
    "array-callback-return",
    "constructor-super",
    "for-direction",
    "getter-return",
    "no-async-promise-executor",
    "no-class-assign",
    "no-compare-neg-zero",
    "no-cond-assign",
    "no-const-assign",
    "no-constant-binary-expression",
    "no-constant-condition",
    "no-constructor-return",
    "no-debugger",
    "no-dupe-args",
    "no-dupe-class-members",
    "no-dupe-else-if",
    "no-dupe-keys",
    "no-duplicate-case",
    "no-fallthrough",
    "no-func-assign",
    "no-invalid-regexp",
    "no-loss-of-precision",
    "no-obj-calls",
    "no-promise-executor-return",
    "no-self-assign",
    "no-self-compare",
    "no-sparse-arrays",
    "no-this-before-super",
    "no-unreachable",
    "no-unsafe-finally",
    "no-unsafe-negation",
    "no-unsafe-optional-chaining",
    "use-isnan",
    "valid-typeof",
)
_SECURITY = ("no-eval", "no-implied-eval", "no-new-func", "no-script-url")
_UPKEEP = ("no-empty", "no-unused-vars", "no-useless-catch", "no-useless-escape")
_MEANINGS = (
    dict.fromkeys(_BUGS, (Severity.MEDIUM, Category.BUG))
    | dict.fromkeys(_SECURITY, (Severity.HIGH, Category.SECURITY))
    | dict.fromkeys(_UPKEEP, (Severity.LOW, Category.MAINTAINABILITY))
)
_ARGUMENTS = (
    f"--config={_CONFIGURATION}",  # and none of any folder
    "--no-ignore",
    "--no-warn-ignored",
    "--format=json",
)


class ESLint:
    """Its rules are named as its own: `eslint/no-eval`."""

    name = "eslint"
    languages = frozenset({"javascript"})
    warm = ""
    optional = True

    def __init__(self) -> None:
        self._program = Program("eslint", package="the npm package eslint")

    async def version(self, sandbox: Sandbox) -> str:
        """See `Linter`."""
        return await self._program.version(sandbox)

    async def look(self, source: Source, sandbox: Sandbox) -> list[Finding]:
        """See `Linter`."""
        name = scratch_name(source, "js")
        files = {name: source.text, _CONFIGURATION: _configuration(name)}
        ended = await self._program.run(sandbox, [*_ARGUMENTS, name], files)
        lines = source.lines
        return [self._finding(told, lines) for told in json.loads(ended.output)[0]["messages"] if told.get("severity")]

    def _finding(self, told: dict[str, Any], lines: list[str]) -> Finding:
        rule = told["ruleId"]
        syntax = (Severity.HIGH, Category.SYNTAX)
        severity, category = _MEANINGS.get(rule, (Severity.LOW, Category.MAINTAINABILITY)) if rule else syntax
        return Finding(
            rule=f"{self.name}/{rule or 'syntax'}",
            severity=severity,
            category=category,
            message=told["message"],
            place=_place(told, lines),
            tools=(self.name,),
        )


def _place(told: dict[str, Any], lines: list[str]) -> Place:
    start, end = told["line"], told.get("endLine") or told["line"]
    if not told.get("endColumn") or not 0 < start <= end <= len(lines):
        return Place(start)
    start_column = column_of_utf16(lines[start - 1], told["column"] - 1)
    return Place(start, start_column, end, column_of_utf16(lines[end - 1], told["endColumn"] - 1))


def _configuration(name: str) -> str:
    options = {"parserOptions": {"ecmaFeatures": {"jsx": True}}}
    if name.endswith(".cjs"):
        options["sourceType"] = "commonjs"  # type: ignore[assignment]
    return f"export default [{json.dumps({'languageOptions': options, 'rules': dict.fromkeys(_MEANINGS, 'error')})}]"


LINTER: Linter = ESLint()
