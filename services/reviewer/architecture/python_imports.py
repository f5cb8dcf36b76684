"""Imports of Python by grimp, which reads the code and never imports it, in the linters' sandbox."""

import importlib.metadata
import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.reviewer.architecture.graph import Import
from services.reviewer.linters.linter import Failed
from services.reviewer.linters.sandbox import Sandbox, describe_end
from services.reviewer.source import Source

PROCESS = "services.reviewer.architecture.python_imports_process"
TOOL = "grimp"


@dataclass(frozen=True, slots=True)
class Found:
    """The imports between files of a repository, and the number of those that can't be parsed."""

    imports: Sequence[Import]
    unread: int


async def find_imports(sources: Sequence[Source], sandbox: Sandbox) -> Found:
    """The imports between these files. Raises Failed, and CutOff and SandboxLost of the sandbox."""
    if not sources:
        return Found((), 0)
    texts = {source.path: source.text for source in sources}
    ended = await sandbox.call(PROCESS, {"texts": json.dumps(texts)})
    if ended.code != 0:
        raise Failed(f"grimp ended without an answer: {describe_end(ended.code)}.")
    answer = json.loads(ended.output)
    return Found([Import(*told) for told in answer["imports"]], answer["unread"])


def version() -> str:
    """Grimp's."""
    return importlib.metadata.version(TOOL)
