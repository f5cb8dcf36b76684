"""Oxlint: faults of JavaScript and TypeScript. It parses and never runs what it looks at, and resolves no import."""

import json
import re
from typing import Any

from services.reviewer.finding import Category, Finding, Place, Severity
from services.reviewer.linters.linter import Linter
from services.reviewer.linters.places import Ruler
from services.reviewer.linters.programs import Program
from services.reviewer.linters.sandbox import Sandbox
from services.reviewer.linters.scratch import scratch_name
from services.reviewer.source import Source

_CONFIGURATION = "oxlintrc.json"
_CODE = re.compile(r"(?P<plugin>[\w-]+)\((?P<rule>[\w/-]+)\)")
_SECURITY = frozenset(
    {
        "jsx-no-script-url",
        "jsx-no-target-blank",
        "no-danger",
        "no-eval",
        "no-extend-native",
        "no-implied-eval",
        "no-new-func",
        "no-script-url",
    }
)
_PERFORMANCE = frozenset({"no-accumulating-spread", "no-await-in-loop"})
_UPKEEP = frozenset(
    {
        "no-control-regex",
        "no-empty",
        "no-empty-file",
        "no-extra-boolean-cast",
        "no-this-alias",
        "no-unused-expressions",
        "no-unused-labels",
        "no-unused-private-class-members",
        "no-unused-vars",
        "no-useless-catch",
        "no-useless-escape",
        "no-useless-fallback-in-spread",
        "no-useless-length-check",
        "no-useless-rename",
        "no-useless-spread",
        "prefer-as-const",
        "prefer-set-size",
        "prefer-string-starts-ends-with",
        "triple-slash-reference",
    }
)
# Is wrong whenever it is run.
_HIGH = frozenset(
    {
        "const-comparisons",
        "for-direction",
        "no-class-assign",
        "no-const-assign",
        "no-dupe-class-members",
        "no-dupe-else-if",
        "no-dupe-keys",
        "no-eval",
        "no-func-assign",
        "no-implied-eval",
        "no-import-assign",
        "no-new-func",
        "no-obj-calls",
        "no-self-assign",
        "no-setter-return",
        "no-this-before-super",
        "no-undef",
        "no-unsafe-finally",
        "use-isnan",
        "valid-typeof",
    }
)
# Beside the category `correctness`, which is on.
_RULES = {
    "array-callback-return": "error",
    "eqeqeq": ["warn", "smart"],
    "no-await-in-loop": "warn",
    "no-case-declarations": "warn",
    "no-constructor-return": "error",
    "no-empty": "warn",
    "no-extend-native": "warn",
    "no-fallthrough": "error",
    "no-implied-eval": "error",
    "no-new-func": "error",
    "no-promise-executor-return": "warn",
    "no-prototype-builtins": "warn",
    "no-redeclare": "error",
    "no-return-assign": "warn",
    "no-script-url": "error",
    "no-self-compare": "error",
    "no-unmodified-loop-condition": "error",
    "node/no-exports-assign": "error",
    "oxc/misrefactored-assign-op": "error",
    "oxc/no-accumulating-spread": "warn",
    "promise/no-multiple-resolved": "error",
    "react/jsx-no-script-url": "error",
    "react/jsx-no-target-blank": "error",
    "react/no-danger": "error",
    "unicorn/no-array-fill-with-reference-type": "error",
}
_CONTENT = {
    "plugins": ["eslint", "typescript", "unicorn", "oxc", "promise", "react", "node"],
    "categories": {"correctness": "error"},
    "rules": _RULES,
}
_ARGUMENTS = (
    f"--config={_CONFIGURATION}",
    "--disable-nested-config",  # and none of any folder
    "--no-ignore",
    "--format=json",
    "--threads=1",
)


class Oxlint:
    """Its rules are named by its plugin unless that is eslint's: `oxlint/no-eval`, `oxlint/unicorn/no-thenable`."""

    name = "oxlint"
    languages = frozenset({"javascript", "typescript"})
    warm = ""
    optional = False

    def __init__(self) -> None:
        self._program = Program("oxlint", package="the Python package oxlint")

    async def version(self, sandbox: Sandbox) -> str:
        """See `Linter`."""
        return await self._program.version(sandbox)

    async def look(self, source: Source, sandbox: Sandbox) -> list[Finding]:
        """See `Linter`."""
        name = scratch_name(source, "ts" if source.language == "typescript" else "js")
        files = {name: source.text, _CONFIGURATION: json.dumps(_CONTENT)}
        ended = await self._program.run(sandbox, [*_ARGUMENTS, name], files)
        ruler = Ruler(source.text)
        return [self._finding(told, ruler) for told in json.loads(ended.output)["diagnostics"]]

    def _finding(self, told: dict[str, Any], ruler: Ruler) -> Finding:
        rule = _rule(told.get("code", ""))
        severity, category = _meaning(rule, told["severity"])
        return Finding(
            rule=f"{self.name}/{rule or 'syntax'}",
            severity=severity,
            category=category,
            message=_sentence(told),
            place=_place(told["labels"], ruler),
            tools=(self.name,),
        )


def _rule(code: str) -> str:
    match = _CODE.fullmatch(code)
    if match is None:
        return code
    plugin, rule = match["plugin"], match["rule"]
    return rule if plugin == "eslint" else f"{plugin.removeprefix('eslint-plugin-')}/{rule}"


def _meaning(rule: str, level: str) -> tuple[Severity, Category]:
    name = rule.rpartition("/")[2]
    if not rule:
        return Severity.HIGH, Category.SYNTAX
    if name in _UPKEEP:
        return Severity.LOW, Category.MAINTAINABILITY
    if name in _PERFORMANCE:
        return Severity.LOW, Category.PERFORMANCE
    category = Category.SECURITY if name in _SECURITY else Category.BUG
    if name in _HIGH:
        return Severity.HIGH, category
    return Severity.MEDIUM if level == "error" else Severity.LOW, category


def _sentence(told: dict[str, Any]) -> str:
    message, help_text = told["message"].rstrip("."), told.get("help", "")
    return f"{message}. {help_text}" if help_text else message


def _place(labels: list[dict[str, Any]], ruler: Ruler) -> Place | None:
    if not labels:
        return None
    span = labels[0]["span"]
    return ruler.place(span["offset"], span["offset"] + span["length"])


LINTER: Linter = Oxlint()
