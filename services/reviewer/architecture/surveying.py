"""The survey of a repository's files: which imports which, and how the tools fared that can tell."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.reviewer.architecture import python_imports, written_imports
from services.reviewer.architecture.graph import Import, ModuleGraph
from services.reviewer.architecture.resolving import module_of, resolve
from services.reviewer.coverage import ToolRun, ToolStatus
from services.reviewer.linters.linter import Failed
from services.reviewer.linters.sandbox import CutOff, Sandbox, SandboxLost
from services.reviewer.source import Source

_PYTHON = "python"
LANGUAGES = frozenset({_PYTHON, *written_imports.LANGUAGES})

PROCESSES = (python_imports.PROCESS, written_imports.PROCESS)  # To be made ready in the sandbox.

Look = Callable[[Sequence[Source], Sandbox], Awaitable[tuple[Sequence[Import], int]]]


@dataclass(frozen=True, slots=True)
class Survey:
    """The modules and their imports, and each tool that was meant to look."""

    graph: ModuleGraph
    runs: Sequence[ToolRun]


async def survey(sources: Sequence[Source], sandbox: Sandbox) -> Survey:
    """Look at files in LANGUAGES; others are passed over. Never raises for what a file or a tool does."""
    python = [source for source in sources if source.language == _PYTHON and source.path.endswith(".py")]
    others = [source for source in sources if source.language in written_imports.LANGUAGES]
    imports, runs = list[Import](), list[ToolRun]()
    if python:
        found, run = await _run(python_imports.TOOL, python_imports.version(), _python, python, sandbox)
        imports += found
        runs.append(run)
    if others:
        found, run = await _run(written_imports.TOOL, written_imports.version(), _others, others, sandbox)
        imports += found
        runs.append(run)
    modules = {module.name: module for module in map(module_of, [*others[::-1], *python])}
    return Survey(await asyncio.to_thread(ModuleGraph, modules.values(), imports), runs)


async def _python(sources: Sequence[Source], sandbox: Sandbox) -> tuple[Sequence[Import], int]:
    found = await python_imports.find_imports(sources, sandbox)
    return found.imports, found.unread


async def _others(sources: Sequence[Source], sandbox: Sandbox) -> tuple[Sequence[Import], int]:
    read = await written_imports.read_imports(sources, sandbox)
    return await asyncio.to_thread(_resolved, read.imports, sources), read.unread


def _resolved(written: Sequence[written_imports.WrittenImport], sources: Sequence[Source]) -> list[Import]:
    return list(resolve(written, sources))


async def _run(
    tool: str, version: str, look: Look, sources: Sequence[Source], sandbox: Sandbox
) -> tuple[Sequence[Import], ToolRun]:
    began, status, message = time.monotonic(), ToolStatus.RAN, ""
    imports: Sequence[Import] = ()
    try:
        imports, unread = await look(sources, sandbox)
        if unread:
            status = ToolStatus.FAILED
            message = f"{unread:,} of {len(sources):,} files can't be parsed: their imports aren't known."
    except CutOff as error:
        status, message = ToolStatus.CUT_OFF, str(error)
    except (Failed, SandboxLost) as error:
        status, message = ToolStatus.FAILED, str(error)
    seconds = time.monotonic() - began
    return imports, ToolRun(tool=tool, version=version, status=status, message=message, seconds=seconds)
