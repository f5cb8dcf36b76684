"""The activities that the demo has carried out by a receiver of its own, and what must come of them: each once."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from atelier.engager.v1.engagement_service_pb2 import (
    Activity,
    ActivityKind,
    ActivityState,
    CreateAccountRequest,
    CreatePodRequest,
    NewActivity,
    ScheduleActivitiesRequest,
    WatchActivitiesRequest,
    WebhookConnector,
)
from google.protobuf.timestamp_pb2 import Timestamp

from cli.connection import Gateway
from cli.demo_receiver import CUTTING, FAILING, HOST, Receiver
from cli.demo_report import Report
from cli.stack.programs import PROGRAMS, Program, Surroundings
from cli.stack.secrets import Secrets

SECRET = "demo"  # noqa: S105 - its name
POSTS = ("posts/1", "posts/2", "posts/3", f"posts/{FAILING}", f"posts/{CUTTING}")


def demo_programs() -> Sequence[Program]:
    """The stack's programs, of which the engager may call this machine, where the demo's receiver is."""

    def told(program: Program) -> Program:
        def settings(around: Surroundings) -> dict[str, str]:
            own = {"ATELIER_ENGAGER_ALLOW_HTTP": "true", "ATELIER_ENGAGER_ALLOWED_NETWORKS": f"{HOST}/32"}
            return {**program.settings(around), **own}

        return replace(program, settings=settings)

    return [told(program) if program.name == "engager" else program for program in PROGRAMS]


async def engage(gateway: Gateway, report: Report, secrets_folder: Path) -> None:
    """Schedule likes and a comment, twice, and follow them to their end. Raises `grpc.aio.AioRpcError`."""
    secret = Secrets(secrets_folder).get(SECRET)
    async with Receiver(secret.encode()) as receiver:
        request = ScheduleActivitiesRequest(activities=await _activities(gateway, receiver.url))
        first = (await gateway.engagements.ScheduleActivities(request)).results
        again = (await gateway.engagements.ScheduleActivities(request)).results
        ids = [result.activity.activity_id for result in first]
        ended: dict[str, Activity] = {}
        async for told in gateway.engagements.WatchActivities(WatchActivitiesRequest(activity_ids=ids)):
            ended.update({activity.activity_id: activity for activity in told.activities})
    report.activities = [ended[one] for one in ids]
    same = ids == [result.activity.activity_id for result in again] and not any(result.created for result in again)
    report.expect(all(result.created for result in first) and same, "activities scheduled again were made again")
    _check(report, receiver)


async def _activities(gateway: Gateway, url: str) -> list[NewActivity]:
    """A like of each post but the first, which is commented on, all due now."""
    pod = (await gateway.engagements.CreatePod(CreatePodRequest(name="demo"))).pod
    webhook = WebhookConnector(url=f"{url}/act", secret=SECRET, status_url=f"{url}/status")
    asked = CreateAccountRequest(pod_id=pod.pod_id, name="demo", webhook=webhook, per_hour=100)
    account = (await gateway.engagements.CreateAccount(asked)).account
    due = Timestamp()
    due.GetCurrentTime()
    return [
        NewActivity(
            pod_id=pod.pod_id,
            account_id=account.account_id,
            post=post,
            kind=ActivityKind.ACTIVITY_KIND_LIKE if place else ActivityKind.ACTIVITY_KIND_COMMENT,
            comment="" if place else "Nicely done.",
            due_time=due,
        )
        for place, post in enumerate(POSTS)
    ]


def _check(report: Report, receiver: Receiver) -> None:
    for activity in report.activities:
        post = activity.request.post
        is_done = activity.state == ActivityState.ACTIVITY_STATE_SUCCEEDED
        report.expect(is_done, f"the activity for {post} is {ActivityState.Name(activity.state)}")
        is_early = activity.attempt.start_time.ToNanoseconds() < activity.request.due_time.ToNanoseconds()
        report.expect(not is_early, f"the activity for {post} was early")
    keys = {activity.activity_id for activity in report.activities}
    report.expect(receiver.done == keys, "the receiver has done other activities than were scheduled")
    report.expect(receiver.unsigned == 0, f"{receiver.unsigned} calls weren't signed well")
    calls = {activity.request.post: receiver.calls[activity.activity_id] for activity in report.activities}
    expected = {post: 2 if post.endswith(FAILING) else 1 for post in POSTS}
    report.expect(calls == expected, f"the receiver was called {calls} times instead of {expected}")
