"""The edition of everything by which files are looked at: what one edition has looked at needn't be looked at again.

It is that of the process which accepts a review; those that work are meant to have the same tools.
"""

import asyncio
import hashlib
import json
from collections.abc import Sequence

from services.reviewer.config import ReviewerSettings
from services.reviewer.linters.linter import Failed, Linter, Missing
from services.reviewer.linters.sandbox import CutOff, Limits, Sandbox, SandboxLost
from services.reviewer.models.prompt import PROMPT_VERSION
from services.reviewer.secrets import scan

_OWN = "2"  # Changes when the same tools would be made more of than before: then everything is looked at once more.


class Edition:
    """A hash of the tools' versions, the models and how they are asked, and the limits of files. A part."""

    def __init__(self, *, settings: ReviewerSettings, linters: Sequence[Linter]) -> None:
        """The linters are asked for their versions when it is first read, in a sandbox of its own."""
        self._settings = settings
        self._linters = linters
        self._reading = asyncio.Lock()
        self._hash = ""
        self._task: asyncio.Task[str] | None = None

    async def start(self) -> None:
        """Begin to read it, which takes seconds that the first caller needn't wait."""
        self._task = asyncio.create_task(self.read())

    async def stop(self) -> None:
        """Read no longer."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def read(self) -> str:
        """The edition."""
        async with self._reading:
            if not self._hash:
                told = [_OWN, PROMPT_VERSION, scan.VERSION, await _versions(self._linters), *_set(self._settings)]
                self._hash = hashlib.sha256(json.dumps(told).encode()).hexdigest()
        return self._hash


async def _versions(linters: Sequence[Linter]) -> dict[str, str]:
    sandbox = Sandbox(places=len(linters), limits=Limits())
    try:
        versions = await asyncio.gather(*(_version(linter, sandbox) for linter in linters))
    finally:
        await sandbox.close()
    return {linter.name: version for linter, version in zip(linters, versions, strict=True)}


async def _version(linter: Linter, sandbox: Sandbox) -> str:
    try:
        return await linter.version(sandbox)
    except (Missing, Failed, CutOff, SandboxLost):
        return ""  # Whether it is there by the time it is needed, its run will say.


def _set(settings: ReviewerSettings) -> list[object]:
    return [settings.models, settings.model_thinking, settings.model_max_output_tokens, settings.max_file_bytes]
