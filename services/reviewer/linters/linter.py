"""What a linter is. To add one, write a module beside this one with a `LINTER`; nothing else names it."""

from typing import Protocol

from services.reviewer.finding import Finding
from services.reviewer.linters.sandbox import Sandbox
from services.reviewer.source import Source

MOST_PATCHES = 50


class Missing(RuntimeError):
    """The tool isn't installed. The text says what is missing, in a sentence."""


class Failed(RuntimeError):
    """The tool ended without an answer. The text says how, in a sentence without any of the code."""


class Linter(Protocol):
    """A tool that looks at one file. It is told the text alone: never the path, nor anything beside the file."""

    @property
    def name(self) -> str:
        """Its name, with which its rules begin: `ruff`."""

    @property
    def languages(self) -> frozenset[str]:
        """The languages that it is meant to look at, as in `languages.py`."""

    @property
    def warm(self) -> str:
        """The module of it that runs in the sandbox and is made ready there beforehand; empty for a program."""

    @property
    def optional(self) -> bool:
        """Whether it is only meant to look where it is installed: then nobody is told that it is missing."""

    async def version(self, sandbox: Sandbox) -> str:
        """Its version. Raises `Missing`."""

    async def look(self, source: Source, sandbox: Sandbox) -> list[Finding]:
        """What it finds, with patches for the first `MOST_PATCHES` at most.

        Raises `Missing`, `Failed`, and `CutOff` and `SandboxLost` of the sandbox.
        An answer that isn't of the expected form may raise ValueError, KeyError, TypeError or IndexError.
        """
