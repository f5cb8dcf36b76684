"""One prompt at a ComfyUI server, from the queue to its picture: seen through a lost connection, or withdrawn."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.comfyui.client import ComfyuiClient
from services.generator.backends.comfyui.history import PictureName, picture_of
from services.generator.backends.comfyui.line import Line, LineLost

RECONNECT_DELAYS_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
_PASSING = frozenset({ErrorClass.NETWORK, ErrorClass.TIMEOUT, ErrorClass.RATE_LIMITED})
_REFUSALS = frozenset({ErrorClass.RATE_LIMITED, ErrorClass.AUTH, ErrorClass.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long silence may last until the queue is looked into, and the pauses before a lost server is given up."""

    silence_seconds: float
    reconnect_delays_seconds: Sequence[float] = RECONNECT_DELAYS_SECONDS


class Errand:
    """A prompt. `prompt_id` is what the server knows it by; while `standing` it may be queued or run there."""

    def __init__(self, *, client: ComfyuiClient, line: Line, prompt_id: str, patience: Patience) -> None:
        """`prompt_id` is our wish; older servers have their own way."""
        self._client = client
        self._line = line
        self._patience = patience
        self.prompt_id = prompt_id
        self.standing = False

    async def run(self, graph: dict[str, Any], *, client_id: str, result: str) -> PictureName:
        """Queue the graph and see it through; the picture of the node `result`. Raises `jobs.outcomes.JobError`."""
        # Before it is queued, so that nothing said of it is missed.
        await self._line.open()
        await self._enqueue(graph, client_id)
        while True:
            entry = await self._listen()
            if entry is not None:
                self.standing = False
                return picture_of(entry, result)

    async def _enqueue(self, graph: dict[str, Any], client_id: str) -> None:
        self.standing = True
        try:
            self.prompt_id = await self._client.enqueue(graph, prompt_id=self.prompt_id, client_id=client_id)
        except JobError as error:
            self.standing = error.failed.error_class not in _REFUSALS
            raise

    async def _listen(self) -> dict[str, Any] | None:
        """Wait for news; then the history's entry, or None while the prompt is queued."""
        try:
            await self._line.wait(self.prompt_id, silence_seconds=self._patience.silence_seconds)
            return await self._look()
        except LineLost:
            return await self._reconnect()
        except JobError as error:
            if error.failed.error_class not in _PASSING:
                raise
            return await self._reconnect()

    async def _reconnect(self) -> dict[str, Any] | None:
        """Open the line again. The history is asked as well: the prompt may have ended unheard."""
        *pauses, last = self._patience.reconnect_delays_seconds
        for pause in pauses:
            await asyncio.sleep(pause)
            try:
                return await self._reopen()
            except JobError as error:
                if error.failed.error_class not in _PASSING:
                    raise
        await asyncio.sleep(last)
        return await self._reopen()

    async def _reopen(self) -> dict[str, Any] | None:
        await self._line.open()
        return await self._look()

    async def _look(self) -> dict[str, Any] | None:
        """The history's entry, or None while the prompt is queued."""
        entry = await self._client.find_ended(self.prompt_id)
        if entry is not None or await self._client.is_queued(self.prompt_id):
            return entry
        # It may have ended between the two questions.
        entry = await self._client.find_ended(self.prompt_id)
        if entry is None:
            self.standing = False
            raise JobError(
                ErrorClass.UNKNOWN,
                "ComfyUI took the prompt and now has it neither queued nor in its history: it was restarted, or told "
                "to forget it.",
            )
        return entry
