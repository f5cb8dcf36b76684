"""What `atelier engage` does: sends activities, and follows them to their end."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from atelier.engager.v1.engagement_service_pb2 import (
    Activity,
    ActivityState,
    ListActivitiesRequest,
    NewActivity,
    ScheduleActivitiesRequest,
    ScheduleResult,
    WatchActivitiesRequest,
)

from cli.activity_documents import ACTIVITIES, activity_document, error_text
from cli.activity_files import Activities
from cli.answers import MAX_BYTES
from cli.connection import Gateway
from cli.documents import word
from cli.lasting import LastingStream, LossNotice
from cli.listing import pages
from cli.output import flush, say, write_json, write_line
from cli.pipeline import Batch, batches, map_in_order, merged, read_aside
from cli.records import BadRecord, Place

AT_ONCE = 1000  # the most that one call takes
UNENDED = (
    ActivityState.ACTIVITY_STATE_WAITING,
    ActivityState.ACTIVITY_STATE_HELD,
    ActivityState.ACTIVITY_STATE_RUNNING,
)


@dataclass(slots=True)
class Scheduling:
    """Activities on their way. A row that is bad or refused is told of on stderr and counted; it stops nothing."""

    gateway: Gateway
    created: int = 0
    known: int = 0
    rejected: int = 0

    async def send(self, records: Activities, *, as_json: bool) -> None:
        """Have every activity scheduled, in the file's order, and show them. Raises `grpc.aio.AioRpcError`."""
        found = read_aside(batches(records, max_records=AT_ONCE, max_bytes=MAX_BYTES))
        async for batch, results in map_in_order(found, self._call, in_flight=1):
            refused = [_refusal(*one) for one in zip(batch.places, results, strict=True) if one[1].HasField("error")]
            for bad in (*batch.bad, *refused):
                say(str(bad))
            accepted = [result for result in results if result.HasField("activity")]
            self.rejected += len(batch.bad) + len(refused)
            self.created += sum(result.created for result in accepted)
            self.known += sum(not result.created for result in accepted)
            ACTIVITIES.show([result.activity for result in accepted], as_json=as_json)

    async def _call(self, batch: Batch[NewActivity]) -> tuple[Batch[NewActivity], Sequence[ScheduleResult]]:
        if not batch.messages:
            return batch, []
        answer = await self.gateway.engagements.ScheduleActivities(ScheduleActivitiesRequest(activities=batch.messages))
        return batch, answer.results


async def unended_ids(gateway: Gateway) -> list[str]:
    """The activities of the caller's that haven't ended. Raises `grpc.aio.AioRpcError`."""
    found: list[str] = []
    async for page in pages(gateway.engagements.ListActivities, ListActivitiesRequest(states=UNENDED), None):
        found += [activity.activity_id for activity in page.activities]
    return found


async def watch_activities(gateway: Gateway, ids: Sequence[str], *, as_json: bool) -> int:
    """Show activities and their changes until all have ended; how many didn't succeed.

    Raises CliError and `grpc.aio.AioRpcError`.
    """
    seen: dict[str, Activity] = {}
    notice = LossNotice()
    streams = [_follow(gateway, ids[start : start + AT_ONCE], notice, seen) for start in range(0, len(ids), AT_ONCE)]
    async with aclosing(merged(streams)) as changes:
        async for activities in changes:
            for activity in activities:
                _show(activity, as_json)
            flush()
    return sum(one.state != ActivityState.ACTIVITY_STATE_SUCCEEDED for one in seen.values())


async def _follow(
    gateway: Gateway, ids: Sequence[str], notice: LossNotice, seen: dict[str, Activity]
) -> AsyncIterator[Sequence[Activity]]:
    """Those that differ from how they were `seen`, until all have ended."""
    request = WatchActivitiesRequest(activity_ids=ids)

    def ended() -> bool:
        return all(one in seen and seen[one].state not in UNENDED for one in ids)

    async for answer in LastingStream(notice).messages(lambda: gateway.engagements.WatchActivities(request), ended):
        changed = [one for one in answer.activities if seen.get(one.activity_id) != one]
        seen.update({one.activity_id: one for one in changed})
        yield changed


def _show(activity: Activity, as_json: bool) -> None:
    if as_json:
        write_json(activity_document(activity))
        return
    why = error_text(activity)
    state = word(ActivityState, activity.state) or ""
    write_line(f"{activity.activity_id}  {state:<9}  {activity.request.post}{f'  {why}' if why else ''}")


def _refusal(place: Place, result: Any) -> BadRecord:
    """What the service says of a row, whose field it names as `activities[3].comment`."""
    field, _, what = result.error.message.partition(": ")
    return BadRecord(place, field.partition("].")[2], what)
