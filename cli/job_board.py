"""The jobs that somebody watches, as they are now, and how a terminal shows them."""

from collections.abc import Iterable, Sequence

from atelier.jobs.v1.jobs_service_pb2 import Job, State
from rich.console import RenderableType
from rich.table import Table

from cli.documents import word
from cli.job_documents import error_text, has_ended, progress_text
from cli.live_board import board_table, plain, progress_bar

ENDED_KEPT = 1000
COLUMNS = ("job", "kind", "owner", "state", "progress", "", "attempt", "error")
STYLES = {State.STATE_RUNNING: "cyan", State.STATE_SUCCEEDED: "green", State.STATE_FAILED: "red"}


class Board:
    """Jobs by name, the latest change last. Of those that have ended it remembers the last thousand."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def take(self, jobs: Iterable[Job]) -> list[Job]:
        """Note the jobs; those of them that are new or differ from what was known."""
        changed = [job for job in jobs if self._jobs.get(job.name) != job]
        for job in changed:
            self._jobs.pop(job.name, None)
            self._jobs[job.name] = job
        self._forget()
        return changed

    def unended(self, service: str) -> list[str]:
        """The names of a service's jobs that hadn't ended when last heard of."""
        return [name for name, job in self._jobs.items() if name.startswith(f"{service}/") and not has_ended(job)]

    def have_ended(self, names: Iterable[str]) -> bool:
        """Whether all of these are known to have ended."""
        return all(name in self._jobs and has_ended(self._jobs[name]) for name in names)

    def unsuccessful(self) -> int:
        """How many ended otherwise than they should."""
        return sum(has_ended(job) and job.state != State.STATE_SUCCEEDED for job in self._jobs.values())

    def table(self, height: int) -> Table:
        """At most so many jobs, what runs before what waits before what has ended; the rest is counted."""
        latest_first = list(self._jobs.values())[::-1]
        ordered = sorted(latest_first, key=_urgency)
        return board_table(COLUMNS, [_row(job) for job in ordered], height)

    def _forget(self) -> None:
        ended = [name for name, job in self._jobs.items() if has_ended(job)]
        for name in ended[: max(0, len(ended) - ENDED_KEPT)]:
            del self._jobs[name]


def change_line(job: Job) -> str:
    """A job's change for who has no terminal."""
    parts = (job.name, job.kind, word(State, job.state), progress_text(job), error_text(job))
    return "  ".join(part for part in parts if part)


def _urgency(job: Job) -> int:
    return 2 if has_ended(job) else int(job.state != State.STATE_RUNNING)


def _row(job: Job) -> Sequence[RenderableType]:
    return (
        plain(job.name),
        plain(job.kind),
        plain(job.owner),
        plain(word(State, job.state), STYLES.get(job.state, "")),
        progress_bar(job.progress.done, job.progress.total),
        plain(progress_text(job)),
        plain(f"{job.attempt}/{job.max_attempts}"),
        plain(error_text(job)),
    )
