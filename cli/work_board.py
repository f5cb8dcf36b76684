"""The work of any kind that somebody watches, as it is now, and how a terminal shows it."""

from collections.abc import Iterable, Sequence

from atelier.gateway.v1.gateway_service_pb2 import WatchedWork, WorkState
from rich.console import RenderableType
from rich.table import Table

from cli.job_documents import progress_text
from cli.live_board import board_table, plain, progress_bar
from cli.work_documents import outcome, state_of

COLUMNS = ("work", "state", "progress", "", "")
UNENDED = (WorkState.WORK_STATE_UNSPECIFIED, WorkState.WORK_STATE_RUNNING)
STYLES = {
    WorkState.WORK_STATE_RUNNING: "cyan",
    WorkState.WORK_STATE_SUCCEEDED: "green",
    WorkState.WORK_STATE_PARTIALLY_SUCCEEDED: "yellow",
    WorkState.WORK_STATE_FAILED: "red",
    WorkState.WORK_STATE_NOT_FOUND: "red",
}


class WorkBoard:
    """Work by name, in the order in which it was first heard of, without what is in it, such as images."""

    def __init__(self) -> None:
        self._work: dict[str, WatchedWork] = {}

    def take(self, told: Iterable[WatchedWork]) -> list[WatchedWork]:
        """Note what was told; what of it is new or differs from what was known."""
        kept = [_without_parts(work) for work in told]
        changed = [work for work in kept if self._work.get(work.name) != work]
        self._work.update({work.name: work for work in changed})
        return changed

    def of(self, names: Iterable[str]) -> list[WatchedWork]:
        """Those of these that were told of."""
        return [self._work[name] for name in names if name in self._work]

    def have_ended(self, names: Iterable[str]) -> bool:
        """Whether all of these are known to have ended."""
        return all(name in self._work and has_ended(self._work[name]) for name in names)

    def unsuccessful(self) -> int:
        """How many ended otherwise than they should."""
        return sum(has_ended(work) and work.state != WorkState.WORK_STATE_SUCCEEDED for work in self._work.values())

    def table(self, height: int) -> Table:
        """At most so many, what runs before what has ended; the rest is counted."""
        ordered = sorted(self._work.values(), key=has_ended)
        return board_table(COLUMNS, [_row(work) for work in ordered], height)


def has_ended(work: WatchedWork) -> bool:
    """Whether its watch is over."""
    return work.state not in UNENDED


def _without_parts(work: WatchedWork) -> WatchedWork:
    kept = WatchedWork()
    kept.CopyFrom(work)
    if kept.HasField("generation"):
        del kept.generation.variations[:]
    if kept.HasField("review"):
        del kept.review.files[:]
    return kept


def _row(work: WatchedWork) -> Sequence[RenderableType]:
    return (
        plain(work.name),
        plain(state_of(work), STYLES.get(work.state, "")),
        progress_bar(work.progress.done, work.progress.total),
        plain(progress_text(work)),
        plain(outcome(work)),
    )
