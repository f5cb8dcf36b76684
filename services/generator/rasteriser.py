"""SVG to PNG off the event loop: a few processes that draw, started when they are first needed.

Cancelling who waits for a picture ends the process that draws it; the next picture starts another.
"""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.errors import Unavailable
from services.generator.rasteriser_process import DRAWN, LENGTH

_MODULE = "services.generator.rasteriser_process"


class BadPicture(ValueError):
    """resvg refuses the SVG; it would again."""


class DrawingLost(Unavailable):
    """The drawing process ended before it answered; another attempt gets another one."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The picture couldn't be drawn, as {why}; try again.", reason="DRAWING_LOST")


@dataclass(frozen=True, slots=True, eq=False)
class _Drawer:
    """A process that draws, and the two ends of the socket that it is asked by and answers on."""

    process: "subprocess.Popen[bytes]"
    answers: asyncio.StreamReader
    requests: asyncio.StreamWriter

    @classmethod
    async def start(cls) -> "_Drawer":
        ours, theirs = socket.socketpair()
        with theirs:
            # By vfork: uvloop forks, which beside gRPC's threads kills children before they have begun.
            process = subprocess.Popen(  # noqa: ASYNC220, S603 - returns in a millisecond; the words are ours
                [sys.executable, "-m", _MODULE], stdin=theirs.fileno(), stdout=theirs.fileno()
            )
        try:
            return cls(process, *await asyncio.open_unix_connection(sock=ours))
        except BaseException:
            ours.close()
            _end(process)
            raise

    def end(self) -> None:
        self.requests.close()
        _end(self.process)


class Rasteriser:
    """Draws SVG in up to `processes` processes at once; more callers wait for their turn."""

    def __init__(self, *, processes: int) -> None:
        self._places = asyncio.Semaphore(processes)
        self._idle: list[_Drawer] = []
        self._busy: set[_Drawer] = set()
        self._closed = False

    async def rasterise(self, svg: str, *, font_files: Sequence[str] = ()) -> bytes:
        """Return the PNG of an SVG document; its texts are drawn with `font_files` and no other fonts.

        Raises `BadPicture` and `DrawingLost`.
        """
        async with self._places:
            drawer = await self._take()
            try:
                state, body = await _ask(drawer, [json.dumps(list(font_files)).encode(), svg.encode()])
            except BaseException:
                # In the middle of an answer it is of no more use, whoever gave up on it.
                self._end(drawer)
                raise
            self._busy.discard(drawer)
            self._idle.append(drawer)
        if state != DRAWN:
            raise BadPicture(body.decode())
        return body

    async def close(self) -> None:
        """End the processes. Closing twice is legal."""
        self._closed = True
        for drawer in [*self._idle, *self._busy]:
            self._end(drawer)

    async def _take(self) -> _Drawer:
        if self._closed:
            raise DrawingLost("the rasteriser is closed")
        while self._idle:
            drawer = self._idle.pop()
            if drawer.process.poll() is None:
                break
            drawer.requests.close()
        else:
            drawer = await _Drawer.start()
            if self._closed:  # Meanwhile.
                drawer.end()
                raise DrawingLost("the rasteriser is closed")
        self._busy.add(drawer)
        return drawer

    def _end(self, drawer: _Drawer) -> None:
        self._busy.discard(drawer)
        if drawer in self._idle:
            self._idle.remove(drawer)
        drawer.end()


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()  # It has no time to lose.


async def _ask(drawer: _Drawer, parts: Sequence[bytes]) -> tuple[bytes, bytes]:
    if drawer.requests.is_closing():
        raise DrawingLost("the drawing process has ended")
    try:
        drawer.requests.write(b"".join(LENGTH.pack(len(part)) + part for part in parts))
        await drawer.requests.drain()
        head = await drawer.answers.readexactly(1 + LENGTH.size)
        (length,) = LENGTH.unpack(head[1:])
        return head[:1], await drawer.answers.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise DrawingLost("the drawing process ended before it answered") from error
