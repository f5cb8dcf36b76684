"""What of a changed file a model needs to see: the functions that changed, and what they touch.

Tree-sitter finds it, in the sandbox of the linters, as it reads hostile text; see `trimming_process.py`. A file of
which nothing is marked as changed, that has no grammar, or that can't be parsed within the limits is shown whole.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.reviewer.grammars import GRAMMARS, grammar_name
from services.reviewer.linters.sandbox import CutOff, Sandbox, SandboxLost
from services.reviewer.models.prompt import line_count
from services.reviewer.models.tokens import least_tokens
from services.reviewer.secrets.redacted import Redacted
from services.reviewer.source import Lines, Source

PROCESS = "services.reviewer.models.trimming_process"


@dataclass(frozen=True, slots=True)
class Trimmed:
    """The lines to show, in order; empty: all. `saved_tokens` is an estimate of what the others would have cost."""

    shown: Sequence[Lines] = ()
    saved_tokens: int = 0


async def trim(source: Source, redacted: Redacted, sandbox: Sandbox) -> Trimmed:
    """Choose the lines to show of a file. Never raises for what the file does."""
    grammar = grammar_name(source.path, source.language)
    if not source.changed or grammar not in GRAMMARS:
        return Trimmed()
    changed = json.dumps([[part.first, part.last] for part in source.changed])
    try:
        ended = await sandbox.call(PROCESS, {grammar: redacted.text, "changed": changed})
    except (CutOff, SandboxLost):
        return Trimmed()
    return _read(ended.output, redacted) if ended.code == 0 else Trimmed()


def _read(output: str, redacted: Redacted) -> Trimmed:
    lines = redacted.text.split("\n")[: line_count(redacted.text)]
    shown = [Lines(first, min(last, len(lines))) for first, last in json.loads(output) if first <= len(lines)]
    if not shown:
        return Trimmed()
    kept = {number for part in shown for number in range(part.first, part.last + 1)}
    left_out = "\n".join(line for number, line in enumerate(lines, start=1) if number not in kept)
    return Trimmed(shown, least_tokens(left_out))
