"""SVG to PNG off the event loop: a few processes that draw, started when they are first needed.

Cancelling who waits for a picture ends the process that draws it; the next picture starts another.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence

from chassis.errors import Unavailable
from services.generator.rasteriser_process import DRAWN, LENGTH

_MODULE = "services.generator.rasteriser_process"


class BadPicture(ValueError):
    """resvg refuses the SVG; it would again."""


class DrawingLost(Unavailable):
    """The drawing process ended before it answered; another attempt gets another one."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The picture couldn't be drawn, as {why}; try again.", reason="DRAWING_LOST")


class Rasteriser:
    """Draws SVG in up to `processes` processes at once; more callers wait for their turn."""

    def __init__(self, *, processes: int) -> None:
        self._places = asyncio.Semaphore(processes)
        self._idle: list[asyncio.subprocess.Process] = []
        self._busy: set[asyncio.subprocess.Process] = set()
        self._closed = False

    async def rasterise(self, svg: str, *, font_files: Sequence[str] = ()) -> bytes:
        """Return the PNG of an SVG document; its texts are drawn with `font_files` and no other fonts.

        Raises `BadPicture` and `DrawingLost`.
        """
        async with self._places:
            process = await self._take()
            try:
                state, body = await _ask(process, [json.dumps(list(font_files)).encode(), svg.encode()])
            except BaseException:
                # In the middle of an answer it is of no more use, whoever gave up on it.
                await self._end(process)
                raise
            self._busy.discard(process)
            self._idle.append(process)
        if state != DRAWN:
            raise BadPicture(body.decode())
        return body

    async def close(self) -> None:
        """End the processes. Closing twice is legal."""
        self._closed = True
        for process in [*self._idle, *self._busy]:
            await self._end(process)

    async def _take(self) -> asyncio.subprocess.Process:
        if self._closed:
            raise DrawingLost("the rasteriser is closed")
        while self._idle:
            process = self._idle.pop()
            if process.returncode is None:
                break
        else:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", _MODULE, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
        self._busy.add(process)
        return process

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        self._busy.discard(process)
        if process in self._idle:
            self._idle.remove(process)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _ask(process: asyncio.subprocess.Process, parts: Sequence[bytes]) -> tuple[bytes, bytes]:
    requests, answers = process.stdin, process.stdout
    if requests is None or answers is None:
        raise DrawingLost("the drawing process has no pipes")
    try:
        requests.write(b"".join(LENGTH.pack(len(part)) + part for part in parts))
        await requests.drain()
        head = await answers.readexactly(1 + LENGTH.size)
        (length,) = LENGTH.unpack(head[1:])
        return head[:1], await answers.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise DrawingLost("the drawing process ended before it answered") from error
