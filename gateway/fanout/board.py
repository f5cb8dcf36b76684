"""What a watch has to tell and hasn't told yet: of each piece of work one note, however slowly its reader reads."""

import asyncio
from collections.abc import Iterable

from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.jobs.v1.jobs_service_pb2 import Progress
from google.rpc import status_pb2

# What isn't told yet comes to no more than this, or to one answer of a service, which is below 4 MiB: so it always goes
# into one message that clients take by default.
ROOM_BYTES = 2 * 2**20
# What comes at about the same time is told together.
GATHER_SECONDS = 0.05
# Of these details a service tells only what has changed: which field that is, and by what its entries are known.
CHANGES = {"generation": ("variations", "key"), "review": ("files", "path")}


class Board:
    """Written by those who follow work at the services, read by the one who tells it."""

    def __init__(self, names: Iterable[str]) -> None:
        # Where each stands, without details: RUNNING until it is known.
        self._known = {name: pb.WatchedWork(name=name, state=pb.WORK_STATE_RUNNING) for name in names}
        self._untold: dict[str, pb.WatchedWork] = {}
        self._untold_bytes = 0
        self._ended = 0
        self._finished = False
        self._error: Exception | None = None
        self._news = asyncio.Event()
        self._room = asyncio.Event()

    async def write(self, work: pb.WatchedWork) -> None:
        """Note how a piece of work stands now. Waits while too much is untold."""
        size = work.ByteSize()
        while self._untold and self._untold_bytes + size > ROOM_BYTES:
            self._room.clear()
            await self._room.wait()
        self._untold_bytes += size
        self._note(work)

    def interrupt(self, names: Iterable[str], problem: status_pb2.Status, *, state: pb.WorkState | None = None) -> None:
        """Note why these aren't told of; `state`: for good, as that is where they stand."""
        for name in names:
            known = self._known[name]
            self._note(
                pb.WatchedWork(name=name, state=state or known.state, progress=_progress(known), problem=problem)
            )

    def finish(self) -> None:
        """There is no more to come."""
        self._finished = True
        self._news.set()

    def fail(self, error: Exception) -> None:
        """There is no more to come, for a reason that the reader is told."""
        self._error = error
        self._news.set()

    async def read(self) -> pb.WatchBatchResponse | None:
        """All that is untold, once there is something; None: there will be nothing more. Raises what it failed for."""
        await self._news.wait()
        if not self._finished:
            await asyncio.sleep(GATHER_SECONDS)
        if self._error is not None:
            raise self._error
        if not self._untold:
            return None
        untold, self._untold, self._untold_bytes = self._untold, {}, 0
        self._room.set()
        if not self._finished:
            self._news.clear()
        progress = Progress(done=self._ended, total=len(self._known))
        return pb.WatchBatchResponse(work=untold.values(), progress=progress)

    def _note(self, work: pb.WatchedWork) -> None:
        known = self._known[work.name]
        self._ended += _is_final(work) - _is_final(known)
        self._known[work.name] = pb.WatchedWork(name=work.name, state=work.state, progress=_progress(work))
        earlier = self._untold.get(work.name)
        self._untold[work.name] = work if earlier is None else merged(earlier, work)
        self._news.set()


def merged(earlier: pb.WatchedWork, later: pb.WatchedWork) -> pb.WatchedWork:
    """Both as one note, made of either: how the work stands later, with all that has changed of it."""
    kind = earlier.WhichOneof("detail")
    if kind is None:
        return later
    if later.WhichOneof("detail") is None:
        # It says why nothing is told at the moment; what was told holds.
        earlier.state = later.state
        earlier.problem.CopyFrom(later.problem)
        return earlier
    if kind in CHANGES:
        field, key = CHANGES[kind]
        old, new = (list(getattr(getattr(work, kind), field)) for work in (earlier, later))
        fresh = {getattr(one, key) for one in new}
        getattr(later, kind).ClearField(field)
        getattr(getattr(later, kind), field).extend([*(one for one in old if getattr(one, key) not in fresh), *new])
    return later


def _progress(work: pb.WatchedWork) -> Progress | None:
    return work.progress if work.HasField("progress") else None


def _is_final(work: pb.WatchedWork) -> bool:
    return work.state != pb.WORK_STATE_RUNNING
