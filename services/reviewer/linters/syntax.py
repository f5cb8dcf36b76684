"""Tree-sitter: what can't be parsed, in languages that no linter here is for. It runs as `syntax_process`."""

import importlib.metadata
import json
from typing import Any

from services.reviewer.finding import Category, Finding, Severity
from services.reviewer.linters.linter import Failed, Linter, Missing
from services.reviewer.linters.places import Ruler
from services.reviewer.linters.sandbox import Sandbox, describe_end
from services.reviewer.source import Source

# How far a grammar's word can be believed: macros, dialects and young grammars make it wrong about good code.
_CONFIDENCE = {
    "c": 0.6,
    "cpp": 0.6,
    "csharp": 0.8,
    "css": 0.8,
    "go": 0.95,
    "html": 0.5,
    "java": 0.95,
    "json": 0.9,
    "kotlin": 0.6,
    "lua": 0.9,
    "php": 0.9,
    "ruby": 0.9,
    "rust": 0.95,
    "scala": 0.6,
    "swift": 0.6,
    "toml": 0.9,
    "yaml": 0.6,
}
_SURE = 0.9


class Syntax:
    """Its rules are `tree-sitter/unexpected` and `tree-sitter/missing`."""

    name = "tree-sitter"
    languages = frozenset(_CONFIDENCE)
    warm = "services.reviewer.linters.syntax_process"
    optional = False

    async def version(self, sandbox: Sandbox) -> str:
        """See `Linter`."""
        try:
            return importlib.metadata.version("tree-sitter")
        except importlib.metadata.PackageNotFoundError as error:
            raise Missing("tree-sitter isn't installed (the Python package tree-sitter).") from error

    async def look(self, source: Source, sandbox: Sandbox) -> list[Finding]:
        """See `Linter`."""
        ended = await sandbox.call(self.warm, {source.language: source.text})
        if ended.code != 0:
            raise Failed(f"tree-sitter ended without an answer: {describe_end(ended.code)}.")
        answer = json.loads(ended.output)
        if answer["missing"]:
            raise Missing(
                f"The grammar for {source.language} isn't installed (the Python package {answer['missing']})."
            )
        ruler = Ruler(source.text)
        return [self._finding(told, source.language, ruler) for told in answer["errors"]]

    def _finding(self, told: dict[str, Any], language: str, ruler: Ruler) -> Finding:
        confidence = _CONFIDENCE[language]
        return Finding(
            rule=f"{self.name}/{told['kind']}",
            severity=Severity.HIGH if confidence >= _SURE else Severity.MEDIUM,
            category=Category.SYNTAX,
            message=_sentence(told, language),
            place=ruler.place(told["start"], told["end"]),
            tools=(self.name,),
            confidence=confidence,
        )


def _sentence(told: dict[str, Any], language: str) -> str:
    if told["kind"] != "missing":
        return f"This can't be parsed as {language}."
    what = told["what"].replace("_", " ") if told["named"] else f"`{told['what']}`"
    return f"Missing here: {what}. It can't be parsed as {language}."


LINTER: Linter = Syntax()
