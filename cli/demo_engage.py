"""The activities that the demo has carried out by a receiver of its own, and what must come of them: each once."""

from collections.abc import Sequence
from dataclasses import replace

from atelier.engager.v1.engagement_service_pb2 import (
    ActivityKind,
    ActivityState,
    CreateAccountRequest,
    CreatePodRequest,
    NewActivity,
    WebhookConnector,
)
from google.protobuf.timestamp_pb2 import Timestamp

from cli.connection import Gateway
from cli.demo_receiver import CUTTING, FAILING, HOST, Receiver
from cli.demo_report import Report
from cli.stack.programs import PROGRAMS, Program, Surroundings
from cli.submit_upload import Sent

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


async def new_activities(gateway: Gateway, url: str) -> list[NewActivity]:
    """A like of each post but the first, which is commented on, all due now, by an account of its own.

    Raises `grpc.aio.AioRpcError`.
    """
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


def check_activities(report: Report, receiver: Receiver, again: Sequence[Sent]) -> None:
    """Check what the receiver was called for, and that the same batch `again` scheduled nothing."""
    report.activities = [work.activity for work in report.work_of("activities")]
    made = [_made(sent) for sent in (report.batch.sent[-1], again[-1])]
    report.expect(made == [len(POSTS), 0], f"the batch made {made[0]} activities, and the same again {made[1]}")
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


def _made(sent: Sent) -> int:
    """How many activities weren't there before."""
    return sum(result.created for result in sent.accepted.activities.results) if sent.accepted else 0
