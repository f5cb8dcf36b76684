"""Pylint as it runs in the sandbox, for `pylint.py`. Imports nothing of ours.

Nothing that is looked at is imported: no plugin, no hook and no configuration is read, which comments in a file can't
change, and what a file imports is looked for in the standard library alone, whose source is parsed. (Pylint does import
the standard library's modules that are written in C.)
"""

import json
import os
import sys
import sysconfig
from collections.abc import Iterator
from typing import Any

from astroid.manager import AstroidManager
from pylint.lint import PyLinter
from pylint.reporters.collecting_reporter import CollectingReporter

# What most files import, so that it needn't be parsed again for each.
_COMMON = (
    "builtins",
    "typing",
    "os",
    "re",
    "collections",
    "functools",
    "enum",
    "dataclasses",
    "abc",
    "contextlib",
    "json",
    "logging",
    "pathlib",
    "datetime",
    "subprocess",
    "argparse",
    "random",
    "hashlib",
    "unittest",
    "asyncio",
)
# C is how things are named and laid out, and most of R is taste. The others need the whole project and what is
# installed with it, or are told of good code as often as of bad.
LEFT_OUT = (
    "C",
    "R",
    "I",
    "arguments-differ",
    "attribute-defined-outside-init",
    "bad-indentation",
    "fixme",
    "global-statement",
    "implicit-str-concat",
    "import-error",
    "no-name-in-module",
    "protected-access",
    "redefined-builtin",
    "redefined-outer-name",
    "relative-beyond-top-level",
    "unrecognized-inline-option",
    "unknown-option-value",
    "unspecified-encoding",
    "unused-argument",
)
ADDED = (
    "comparison-with-itself",
    "consider-using-with",
    "impossible-comparison",
    "inconsistent-return-statements",
    "redefined-argument-from-local",
    "stop-iteration-return",
    "trailing-comma-tuple",
)
_UNREADABLE = frozenset({"fatal", "astroid-error"})

_linters: list[PyLinter] = []


def make_ready() -> Iterator[None]:
    """Do beforehand, step by step, what every run needs."""
    _linters.append(_linter())
    yield
    for name in _COMMON:
        AstroidManager().ast_from_module_name(name)
        yield


def main(names: list[str]) -> None:
    """Write what pylint says of these files to standard output, as JSON."""
    if not _linters:
        next(make_ready())
    linter = _linters[0]
    # Only now: what pylint itself is made of has been imported.
    sys.path[:] = [sysconfig.get_path("stdlib"), _modules_in_c()]
    reporter = CollectingReporter()
    linter.set_reporter(reporter)
    linter.check(names)
    failed = [message for message in reporter.messages if message.symbol in _UNREADABLE]
    messages = [_told(message) for message in reporter.messages if message.symbol not in _UNREADABLE]
    json.dump({"failed": failed[0].symbol if failed else "", "messages": messages}, sys.stdout)


def _linter() -> PyLinter:
    linter = PyLinter()
    linter.load_default_plugins()
    for category in LEFT_OUT:
        linter.disable(category)
    for symbol in ADDED:
        linter.enable(symbol)
    linter.config.persistent = False
    linter.config.score = False
    linter.config.jobs = 1
    # Of which it takes `subprocess` for the module of that name.
    linter.config.generated_members = ("asyncio.subprocess",)
    linter.crash_file_path = os.devnull
    return linter


def _modules_in_c() -> str:
    """Where the standard library's modules in C are: with Python itself, also in an environment of its own."""
    folder = sysconfig.get_path("platstdlib", vars={"platbase": sys.base_exec_prefix})
    return os.path.join(folder, "lib-dynload")


def _told(message: Any) -> dict[str, Any]:
    return {
        "symbol": message.symbol,
        "category": message.category,
        "message": message.msg,
        "line": message.line,
        "column": message.column,
        "end_line": message.end_line,
        "end_column": message.end_column,
        "confidence": message.confidence.name,
    }
