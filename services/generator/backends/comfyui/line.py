"""The websocket that a ComfyUI server tells of a prompt's progress by. It only rings: the history is what counts."""

import asyncio
import enum
import json
from collections.abc import Mapping
from typing import Any

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.comfyui.history import interruption, node_failure
from services.generator.backends.peer import refused

_LARGEST_MESSAGE = 16 * 2**20  # Pictures of a half-made image come along; nobody looks at them.


class _News(enum.Enum):
    NONE = enum.auto()
    PROGRESS = enum.auto()
    END = enum.auto()


class LineLost(Exception):
    """The server closed the websocket, or the network did."""


class Line:
    """One client's websocket at a server."""

    def __init__(
        self, *, url: str, client_id: str, headers: Mapping[str, str], seconds: float, log: structlog.stdlib.BoundLogger
    ) -> None:
        """`seconds` bounds the opening."""
        self._address = f"{url.replace('http', 'ws', 1)}/ws?clientId={client_id}"
        self._headers = headers
        self._seconds = seconds
        self._log = log
        self._socket: ClientConnection | None = None

    async def open(self) -> None:
        """Connect, again if need be. Raises `JobError`."""
        await self.close()
        try:
            self._socket = await connect(
                self._address,
                additional_headers=self._headers,
                open_timeout=self._seconds,
                close_timeout=1,
                max_size=_LARGEST_MESSAGE,
                proxy=None,
            )
        except InvalidStatus as error:
            raise refused("ComfyUI", error.response.status_code, error.response.headers) from error
        except TimeoutError as error:
            raise JobError(ErrorClass.TIMEOUT, f"ComfyUI took more than {self._seconds:g} s to answer.") from error
        except (OSError, EOFError, InvalidHandshake) as error:
            what = type(error).__name__
            raise JobError(ErrorClass.NETWORK, f"The connection to ComfyUI failed ({what}).") from error

    async def wait(self, prompt_id: str, *, silence_seconds: float) -> None:
        """Return when the prompt may have ended: it is said to have, or nothing was said of it for so long.

        Raises `JobError` for a prompt that is said to have failed, and LineLost.
        """
        try:
            async with asyncio.timeout(silence_seconds) as silence:
                while (news := self._read_news(await self._receive(), prompt_id)) is not _News.END:
                    if news is _News.PROGRESS:
                        silence.reschedule(asyncio.get_running_loop().time() + silence_seconds)
        except TimeoutError:
            return
        except (ConnectionClosed, OSError) as error:
            raise LineLost from error

    async def close(self) -> None:
        """Hang up. Doing so twice is legal."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()

    async def _receive(self) -> str | bytes:
        if self._socket is None:
            raise ConnectionError("the line isn't open")
        return await self._socket.recv()

    def _read_news(self, message: str | bytes, prompt_id: str) -> _News:
        match _read(message):
            case {"type": kind, "data": {"prompt_id": told, **data}} if told == prompt_id:
                return self._judge(kind, data)
            case _:
                return _News.NONE

    def _judge(self, kind: Any, data: Mapping[Any, Any]) -> _News:
        match kind, data:
            # Sent after the history was written, however the prompt ended; `execution_success` comes too early.
            case "executing", {"node": None}:
                return _News.END
            case "execution_error", _:
                raise node_failure(data)
            case "execution_interrupted", _:
                raise interruption()
            case "progress", {"value": done, "max": total}:
                self._log.debug("comfyui progress", done=done, total=total)
        return _News.PROGRESS


def _read(message: str | bytes) -> Any:
    """A message as JSON; None for pictures, and for what is no JSON: the history will tell."""
    if isinstance(message, bytes):
        return None
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        return None
