"""The job of an activity: carried out when its time has come, once, whatever crashes in between."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never
from uuid import UUID

from chassis.gathering import Gathering
from chassis.postgres import Database
from jobs.job import ErrorClass
from jobs.kinds import Kind
from jobs.outcomes import Done, Failed, Later, Outcome
from jobs.points import reached
from jobs.running import Job
from services.engager import store
from services.engager.attempts import Attempts
from services.engager.call_tally import CallTally
from services.engager.config import EngagerSettings
from services.engager.connectors.choosing import Connectors
from services.engager.connectors.connector import Action, Connector, Failure, Happened, NotHappened, Uncertain
from services.engager.ending import end_activity, refuse_retry
from services.engager.outcomes import failed, in_doubt, put_off, stopped, succeeded
from services.engager.timing import Go, QuietHours, Skip, Timing, Wait, turn_of
from services.engager.words import ACTIVITY_KIND, UNENDED_STATES, Connects, LatePolicy, State
from services.engager.words import Kind as ActionKind

if TYPE_CHECKING:
    from chassis.postgres import Connection

# Beside a call: to find out what came of one whose answer was lost, and all that PostgreSQL does.
MORE_SECONDS = 15.0
# Until a job whose account has just been held asks to be claimed, which the hold on its key then keeps it from.
HELD_SECONDS = 0.1


class ActivityHandler:
    """Carries out activities."""

    def __init__(self, *, database: Database, attempts: Attempts, connectors: Connectors, tally: CallTally) -> None:
        self._database = database
        self._works = Gathering(self._read)
        self._attempts = attempts
        self._connectors = connectors
        self._tally = tally

    async def __call__(self, job: Job) -> Outcome:
        """One attempt, or none while it isn't time. No transaction is open while a connector is asked (I8)."""
        work = await self._works.ask(UUID(bytes=job.payload))
        if work is None:
            return Failed(ErrorClass.NOT_FOUND, "The activity doesn't exist.")
        if work["job_id"] != job.id or work["state"] not in UNENDED_STATES:
            return Done()
        reached("activity.read")
        connector = self._connector(work)
        if work["state"] == State.RUNNING:
            return await self._go_on(work, connector)
        match turn_of(_timing(work), work["now"]):
            case Wait(until, spread):
                return put_off(work, until, work["now"], spread=spread)
            case Skip():
                return stopped(work, State.SKIPPED)
            case Go():
                return await self._begin(job, work, connector)

    async def _read(self, ids: Sequence[UUID]) -> list[store.Row | None]:
        """The rows of get_work, for jobs that begin at once."""

        async def read(connection: "Connection") -> store.Rows:
            return await store.get_work(connection, ids)

        works = {work["activity_id"]: work for work in await self._database.run(read)}
        return [works.get(activity_id) for activity_id in ids]

    def _connector(self, work: store.Row) -> Connector:
        return self._connectors.of(
            Connects(work["connector"]), url=work["url"], secret=work["secret"], status_url=work["status_url"]
        )

    async def _go_on(self, work: store.Row, connector: Connector) -> Outcome:
        """A call was under way when its job was stopped: what came of it, before anything else."""
        match await connector.look_up(str(work["activity_id"])):
            case Happened(answer):
                return succeeded(work, answer)
            case NotHappened() if work["cancelled"]:
                return stopped(work, State.CANCELLED)
            case NotHappened():
                # From the beginning, as it may be late or quiet by now.
                return put_off(work, work["run_at"], work["now"])
            case Uncertain() as doubt:
                return in_doubt(work, doubt)

    async def _begin(self, job: Job, work: store.Row, connector: Connector) -> Outcome:
        asked = time.monotonic()
        begun = await self._attempts.begin(work)
        if begun is None:
            return Done()
        if begun["held"]:
            return Later(HELD_SECONDS)
        if begun["attempt"] is None:
            return put_off(work, begun["until"], begun["now"], turn=begun["turn_at"] is not None)
        reached("activity.begun")
        if time.monotonic() - asked > self._attempts.pause_seconds:
            # Frozen meanwhile: a call now would be counted for another time, and may be made by another worker as well.
            return put_off(work, work["run_at"], work["now"])
        end = await connector.call(_action(work))
        reached("activity.called")
        self._tally.count(work["connector"], end)
        match end:
            case Happened(answer):
                return succeeded(work, answer)
            case Failure():
                return failed(work, end, attempt=job.attempt)
            case Uncertain():
                return await self._find_out(job, work, connector, end)
            case _:
                assert_never(end)

    async def _find_out(self, job: Job, work: store.Row, connector: Connector, lost: Uncertain) -> Outcome:
        """The answer was lost: what came of the call all the same."""
        if not lost.ask_again:
            return in_doubt(work, lost)
        match await connector.look_up(str(work["activity_id"])):
            case Happened(answer):
                return succeeded(work, answer)
            case NotHappened():
                return failed(work, Failure(lost.answer, lost.error_class, lost.message), attempt=job.attempt)
            case Uncertain() as doubt:
                return in_doubt(work, doubt)


def activity_kind(settings: EngagerSettings) -> Kind:
    """The kind of job that an activity is."""
    return Kind(
        name=ACTIVITY_KIND,
        timeout_seconds=settings.call_seconds + MORE_SECONDS,
        concurrency=settings.activity_concurrency,
        max_running_per_key=settings.account_concurrency,
        on_end=end_activity,
        on_retry=refuse_retry,
    )


def _timing(work: store.Row) -> Timing:
    start, end = work["quiet_start"], work["quiet_end"]
    return Timing(
        key=work["key"],
        run_at=work["run_at"],
        late_policy=LatePolicy(work["late_policy"]),
        late_after_seconds=work["late_after_seconds"],
        spread_seconds=work["spread_seconds"],
        spread=work["spread"],
        quiet=None if start is None else QuietHours(start=start, end=end, zone=work["zone"]),
    )


def _action(work: store.Row) -> Action:
    return Action(
        key=str(work["activity_id"]),
        kind=ActionKind(work["kind"]),
        post=work["post"],
        comment=work["comment"],
        account=str(work["account_id"]),
        pod=str(work["pod_id"]),
        due_time=work["due_at"],
    )
