"""Programs that look at a file: where one is, which version it is, and what its end means."""

import functools
import shutil
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

from services.reviewer.linters.linter import Failed, Missing
from services.reviewer.linters.sandbox import Ended, Sandbox, describe_end


class Program:
    """A program of that name, of our own environment before the machine's. `package` is what to install for it."""

    def __init__(self, name: str, *, package: str) -> None:
        self._name = name
        self._package = package
        self._version = ""

    @functools.cached_property
    def command(self) -> list[str]:
        """The words that start it. Raises `Missing`."""
        path = shutil.which(self._name, path=sysconfig.get_path("scripts")) or shutil.which(self._name)
        if path is None:
            raise Missing(f"{self._name} isn't installed ({self._package}).")
        return _with_interpreter(Path(path).resolve())

    async def version(self, sandbox: Sandbox) -> str:
        """The last word that looks like a version of what it says of itself, asked once. Raises `Missing`, `Failed`."""
        if not self._version:
            ended = await sandbox.run([*self.command, "--version"], {})
            if ended.code != 0:
                raise Failed(f"{self._name} doesn't start: {describe_end(ended.code)}.")
            self._version = _version_in(ended.output)
        return self._version

    async def run(self, sandbox: Sandbox, arguments: Sequence[str], files: Mapping[str, str]) -> Ended:
        """Its end by an exit code of 0 or 1, which is how linters say that they looked. Else raises `Failed`."""
        ended = await sandbox.run([*self.command, *arguments], files)
        if ended.code not in (0, 1):
            raise Failed(f"{self._name} ended without an answer: {describe_end(ended.code)}.")
        return ended


def _with_interpreter(path: Path) -> list[str]:
    """A script of Node's needs Node named, since `#!/usr/bin/env node` finds nothing in an empty environment."""
    with path.open("rb") as file:
        first = file.readline(100)
    if not (first.startswith(b"#!") and b"node" in first):
        return [str(path)]
    node = shutil.which("node")
    if node is None:
        raise Missing("Node.js isn't installed.")
    return [node, str(path)]


def _version_in(text: str) -> str:
    words = [word.strip("v,") for word in text.split()]
    return next((word for word in words if word[:1].isdigit() and "." in word), "")
