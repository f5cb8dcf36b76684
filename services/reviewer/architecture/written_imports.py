"""Imports as they are written, in languages other than Python, by tree-sitter in the linters' sandbox."""

import importlib.metadata
import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.reviewer.grammars import grammar_name
from services.reviewer.linters.sandbox import CutOff, Sandbox, SandboxLost
from services.reviewer.source import Source

PROCESS = "services.reviewer.architecture.written_imports_process"
TOOL = "tree-sitter"
LANGUAGES = frozenset(
    {"c", "cpp", "go", "java", "javascript", "kotlin", "lua", "php", "ruby", "rust", "scala", "typescript"}
)
_AT_ONCE = 50  # Files that are read in one run, and lost together when one of them breaks it.
_MOST_LOST = 3  # Runs; a repository that breaks as many is made to.


@dataclass(frozen=True, slots=True)
class WrittenImport:
    """What a file says it imports, in its language's words: `./shop`, `a.b.C`. `how`: by which function, if by one."""

    source: Source
    text: str
    how: str
    line: int


@dataclass(frozen=True, slots=True)
class Read:
    """The imports of the files that could be read, and the number of those that couldn't."""

    imports: Sequence[WrittenImport]
    unread: int


async def read_imports(sources: Sequence[Source], sandbox: Sandbox) -> Read:
    """The imports of files in LANGUAGES. Never raises for what a file does."""
    imports, unread, lost = list[WrittenImport](), 0, 0
    for start in range(0, len(sources), _AT_ONCE):
        batch = sources[start : start + _AT_ONCE]
        told = await _read(batch, sandbox) if lost < _MOST_LOST else None
        if told is None:
            unread, lost = unread + len(batch), lost + 1
        else:
            imports += told
    return Read(imports, unread)


def version() -> str:
    """That of what reads."""
    return importlib.metadata.version(TOOL)


async def _read(batch: Sequence[Source], sandbox: Sandbox) -> list[WrittenImport] | None:
    asked = [[grammar_name(source.path, source.language), source.text] for source in batch]
    try:
        ended = await sandbox.call(PROCESS, {"files": json.dumps(asked)})
    except (CutOff, SandboxLost):
        return None
    if ended.code != 0:
        return None
    answers = json.loads(ended.output)
    return [
        WrittenImport(source, text, how, line)
        for source, told in zip(batch, answers, strict=True)
        for text, how, line in told
    ]
