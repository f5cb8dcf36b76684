"""Pylint: what it takes knowing values and types to see in Python. It runs in the sandbox as `pylint_process`."""

import importlib.metadata
import json
import re
from typing import Any

from services.reviewer.finding import Category, Finding, Place, Severity
from services.reviewer.linters.linter import Failed, Linter, Missing
from services.reviewer.linters.places import column_of_byte
from services.reviewer.linters.sandbox import Sandbox, describe_end
from services.reviewer.linters.scratch import scratch_name
from services.reviewer.source import Source

_SEVERITIES = {"fatal": Severity.HIGH, "error": Severity.HIGH}
# Warnings that tell of a fault; the others tell of what is hard to understand or to change.
_BUGS = frozenset(
    {
        "access-member-before-definition",
        "arguments-out-of-order",
        "assert-on-string-literal",
        "assert-on-tuple",
        "bad-chained-comparison",
        "bad-open-mode",
        "bad-thread-instantiation",
        "binary-op-exception",
        "cell-var-from-loop",
        "comparison-with-callable",
        "comparison-with-itself",
        "contextmanager-generator-missing-cleanup",
        "dangerous-default-value",
        "duplicate-except",
        "duplicate-key",
        "duplicate-value",
        "expression-not-assigned",
        "forgotten-debug-statement",
        "implicit-flag-alias",
        "impossible-comparison",
        "inconsistent-return-statements",
        "invalid-envvar-default",
        "invalid-overridden-method",
        "isinstance-second-argument-not-valid-type",
        "kwarg-superseded-by-positional-arg",
        "lost-exception",
        "missing-parentheses-for-call-in-test",
        "missing-timeout",
        "modified-iterating-list",
        "nan-comparison",
        "pointless-exception-statement",
        "redefined-argument-from-local",
        "return-in-finally",
        "self-assigning-variable",
        "self-cls-assignment",
        "shallow-copy-environ",
        "stop-iteration-return",
        "super-without-brackets",
        "trailing-comma-tuple",
        "unbalanced-dict-unpacking",
        "unbalanced-tuple-unpacking",
        "undefined-loop-variable",
        "unreachable",
        "useless-with-lock",
        "using-constant-test",
        "wrong-exception-operation",
    }
)
_SECURITY = frozenset({"eval-used", "exec-used", "bidirectional-unicode", "subprocess-popen-preexec-fn"})
_SYNTAX = frozenset({"syntax-error", "parse-error"})
_PARSING = re.compile(r"Parsing failed: '(.*) \(.*, line \d+\)'")
# As sure as pylint itself is.
_CONFIDENCE = {"HIGH": 1.0, "UNDEFINED": 0.9, "CONTROL_FLOW": 0.8, "INFERENCE": 0.7, "INFERENCE_FAILURE": 0.4}


class Pylint:
    """Its rules are named as its own, in words: `pylint/dangerous-default-value`."""

    name = "pylint"
    languages = frozenset({"python"})
    warm = "services.reviewer.linters.pylint_process"
    optional = False

    async def version(self, sandbox: Sandbox) -> str:
        """See `Linter`."""
        try:
            return importlib.metadata.version("pylint")
        except importlib.metadata.PackageNotFoundError as error:
            raise Missing("pylint isn't installed (the Python package pylint).") from error

    async def look(self, source: Source, sandbox: Sandbox) -> list[Finding]:
        """See `Linter`."""
        ended = await sandbox.call(self.warm, {scratch_name(source, "py"): source.text})
        if ended.code != 0:
            raise Failed(f"pylint ended without an answer: {describe_end(ended.code)}.")
        answer = json.loads(ended.output)
        if answer["failed"]:
            raise Failed(f"pylint gave up on the file: {answer['failed']}.")
        lines = source.lines
        return [self._finding(told, lines) for told in answer["messages"]]

    def _finding(self, told: dict[str, Any], lines: list[str]) -> Finding:
        symbol = told["symbol"]
        severity, category = _meaning(symbol, told["category"])
        return Finding(
            rule=f"{self.name}/{symbol}",
            severity=severity,
            category=category,
            message=_PARSING.sub(r"It can't be parsed as Python: \1.", told["message"]),
            place=_place(told, lines),
            tools=(self.name,),
            confidence=_CONFIDENCE.get(told["confidence"], 0.9),
        )


def _meaning(symbol: str, category: str) -> tuple[Severity, Category]:
    if symbol in _SYNTAX:
        return Severity.HIGH, Category.SYNTAX
    if symbol in _SECURITY:
        return Severity.MEDIUM, Category.SECURITY
    if category in _SEVERITIES:
        return _SEVERITIES[category], Category.BUG
    if symbol in _BUGS:
        return Severity.MEDIUM, Category.BUG
    return Severity.LOW, Category.MAINTAINABILITY


def _place(told: dict[str, Any], lines: list[str]) -> Place:
    start, end = told["line"], told["end_line"]
    if end is None or told["end_column"] is None or not (0 < start <= end <= len(lines)):
        return Place(start)
    start_column = column_of_byte(lines[start - 1], told["column"])
    return Place(start, start_column, end, column_of_byte(lines[end - 1], told["end_column"]))


LINTER: Linter = Pylint()
