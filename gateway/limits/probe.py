"""Calls this process's own gRPC server now and then, to learn how long callers wait until anybody looks at their call.

A flood waits inside gRPC, which hands calls over one by one: meanwhile no timer of the process is late, and nothing
counts them. What is asked here waits among them.
"""

import asyncio
import shutil
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc

from gateway.load import Load

EVERY_SECONDS = 0.1
# Nobody has it, and to be told so is the answer. A method that a server has registered, such as health's, waits in gRPC
# apart from all that are forwarded, where no flood is.
METHOD = "/grpc.probe/Wait"
# As good as: gRPC itself refuses calls when very many wait.
REFUSED_SECONDS = 10.0
# A single late answer is one long step of somebody's; two are a queue.
STANDING = 2


class Probe:
    """A part, which starts before the server that listens at `address`: a socket that nobody else can reach.

    It calls only while others do.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._folder = Path(tempfile.gettempdir(), f"atelier-{uuid4().hex}")
        self._waits: deque[float] = deque([0.0], maxlen=STANDING)
        self._asked_at: float | None = None
        self._task: asyncio.Task[None] | None = None
        self.address = f"unix:{self._folder / 'probe'}"

    @property
    def wait_seconds(self) -> float:
        """How long callers wait, by the better of the last two answers; the one that is waited for may be the last."""
        asked = 0.0 if self._asked_at is None else time.monotonic() - self._asked_at
        return max(min(self._waits), min(self._waits[-1], asked))

    async def start(self) -> None:
        """Make the socket's folder, and call from now on."""
        self._folder.mkdir(mode=0o700)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Call no longer. Stopping twice is legal."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _run(self) -> None:
        async with grpc.aio.insecure_channel(self.address) as channel:
            ask: Any = channel.unary_unary(METHOD)
            begun = 0
            while True:
                if max(self._waits) <= EVERY_SECONDS:
                    begun = await self._load.stirred(begun)
                self._asked_at = time.monotonic()
                answered = await ask(b"").code() is grpc.StatusCode.UNIMPLEMENTED
                self._waits.append(time.monotonic() - self._asked_at if answered else REFUSED_SECONDS)
                self._asked_at = None
                await asyncio.sleep(EVERY_SECONDS)
