"""Each RPC of engagements: what it gives, and what it says to each kind of bad request."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import grpc
import pytest
from atelier.engager.v1 import engagement_service_pb2 as pb
from atelier.engager.v1.engagement_service_pb2_grpc import EngagementServiceStub
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.jobs.v1.jobs_service_pb2_grpc import JobsServiceStub
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

from chassis.auth import Role, sign_token
from chassis.client import open_channel, service_config, token_interceptors
from tests.conftest import Schema, Servers
from tests.contract.conftest import SECRET, Served, refusal

INVALID, MISSING = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
SERVICE = pb.DESCRIPTOR.services_by_name["EngagementService"]
NOBODY = "00000000-0000-4000-8000-000000000000"
URL = "https://203.0.113.7/hook"
HOOK = pb.WebhookConnector(url=URL, secret="shop")
# What changes a good account into one that won't do, and the fields that are then named.
BAD_ACCOUNTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": " "}, ["name"]),
    ({"zone": "Europe/Atlantis"}, ["zone"]),
    ({"zone": "../../etc/passwd"}, ["zone"]),
    ({"zone": "Europe"}, ["zone"]),
    ({"per_hour": -1}, ["per_hour"]),
    ({"quiet_hours": pb.QuietHours(start_minute=60, end_minute=60)}, ["quiet_hours"]),
    ({"quiet_hours": pb.QuietHours(start_minute=1440)}, ["quiet_hours.start_minute"]),
    ({"webhook": None}, ["connector"]),
    ({"webhook": pb.WebhookConnector(url=URL, secret="../jwt")}, ["webhook.secret"]),
    ({"webhook": pb.WebhookConnector(url=URL, secret="..")}, ["webhook.secret"]),
    ({"webhook": pb.WebhookConnector(url=URL, secret="unheard-of")}, ["webhook.secret"]),
    ({"webhook": pb.WebhookConnector(url="hook", secret="shop")}, ["webhook.url"]),
    ({"webhook": pb.WebhookConnector(url="http://203.0.113.7/hook", secret="shop")}, ["webhook.url"]),
    ({"webhook": pb.WebhookConnector(url="https://127.0.0.1/hook", secret="shop")}, ["webhook.url"]),
    ({"webhook": pb.WebhookConnector(url="https://localhost/hook", secret="shop")}, ["webhook.url"]),
    ({"webhook": pb.WebhookConnector(url="https://[::1]/hook", secret="shop")}, ["webhook.url"]),
    ({"webhook": pb.WebhookConnector(url="https://10.1.2.3/hook", secret="shop")}, ["webhook.url"]),
    ({"webhook": pb.WebhookConnector(url="https://169.254.169.254/latest", secret="shop")}, ["webhook.url"]),
    ({"webhook": pb.WebhookConnector(url="https://[fd00:ec2::254]/latest", secret="shop")}, ["webhook.url"]),
    ({"webhook": pb.WebhookConnector(url="https://ann:x@203.0.113.7/", secret="shop")}, ["webhook.url"]),
    (
        {"webhook": pb.WebhookConnector(url=URL, secret="shop", status_url="https://[::ffff:10.0.0.1]/")},
        ["webhook.status_url"],
    ),
    (
        {"webhook": pb.WebhookConnector(url="https://127.0.0.1/", secret="unheard-of"), "zone": "x"},
        ["zone", "webhook.secret", "webhook.url"],
    ),
]


class Member:
    """A caller with a pod and accounts in it."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.engager: Any = EngagementServiceStub(channel)
        self.jobs: Any = JobsServiceStub(channel)
        self.pod_id = ""
        self.account_id = ""

    async def join(self) -> None:
        """Make the pod `cats` with the account `tom`, which calls nobody."""
        pod = (await self.engager.CreatePod(pb.CreatePodRequest(name="cats"))).pod
        self.pod_id = pod.pod_id
        self.account_id = (await self.open_account("tom")).account_id

    async def open_account(self, name: str, **changed: Any) -> pb.Account:
        """An account in the pod, which calls nobody unless told otherwise."""
        asked = {"pod_id": self.pod_id, "name": name, **changed}
        if "webhook" not in asked:
            asked["dry_run"] = pb.DryRunConnector()
        created: pb.CreateAccountResponse = await self.engager.CreateAccount(pb.CreateAccountRequest(**asked))
        return created.account

    def activity(self, post: str = "post-1", *, after: timedelta = timedelta(days=1), **changed: Any) -> pb.NewActivity:
        """A like that is due so much later than now."""
        asked = {"pod_id": self.pod_id, "account_id": self.account_id, "kind": pb.ACTIVITY_KIND_LIKE, **changed}
        item = pb.NewActivity(post=post, **asked)
        if "due_time" not in changed:
            item.due_time.FromDatetime(datetime.now(UTC) + after)
        return item

    async def schedule(self, *items: pb.NewActivity) -> Sequence[pb.ScheduleResult]:
        """The results of one call."""
        asked = pb.ScheduleActivitiesRequest(activities=items)
        answer: pb.ScheduleActivitiesResponse = await self.engager.ScheduleActivities(asked)
        return answer.results

    async def get(self, activity_id: str) -> pb.Activity:
        """An activity as it is now."""
        answer: pb.GetActivityResponse = await self.engager.GetActivity(pb.GetActivityRequest(activity_id=activity_id))
        return answer.activity

    async def ended(self, *results: pb.ScheduleResult) -> dict[str, pb.Activity]:
        """Activities by their ids, once all have ended."""
        ids = [result.activity.activity_id for result in results]
        seen: dict[str, pb.Activity] = {}
        async for told in self.engager.WatchActivities(pb.WatchActivitiesRequest(activity_ids=ids)):
            seen.update({activity.activity_id: activity for activity in told.activities})
        return seen


@pytest.fixture
async def ann(engager: Served) -> AsyncIterator[Member]:
    """A user with a pod and an account."""
    async with _member(engager, "ann") as member:
        yield member


@pytest.fixture
async def bob(engager: Served) -> AsyncIterator[Member]:
    """Another user with a pod and an account."""
    async with _member(engager, "bob") as member:
        yield member


@pytest.fixture
async def tables(servers: Servers, schema: Schema) -> AsyncIterator[Any]:
    """A connection beside the service's own."""
    connection = await asyncpg.connect(**servers.superuser, server_settings={"search_path": schema.name})
    yield connection
    await connection.close()


@asynccontextmanager
async def _member(engager: Served, subject: str) -> AsyncIterator[Member]:
    token = sign_token(SECRET, subject=subject, role=Role.USER, lifetime=timedelta(hours=1))
    async with open_channel(
        engager.address, package="atelier.engager.v1", interceptors=token_interceptors(token)
    ) as channel:
        member = Member(channel)
        await member.join()
        yield member


@dataclass(frozen=True)
class Told:
    """The error of an item."""

    code: grpc.StatusCode
    reason: str
    field: str
    fields: list[str]


def told(result: pb.ScheduleResult) -> Told:
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    status: status_pb2.Status = result.error
    for detail in status.details:
        assert detail.Unpack(info) or detail.Unpack(bad)
    assert info.domain == "engager.atelier"
    code = next(one for one in grpc.StatusCode if one.value[0] == status.code)
    return Told(code, info.reason, info.metadata["field"], [one.field for one in bad.field_violations])


async def test_a_pod_of_a_name_is_made_once_and_pods_are_listed_by_name(ann: Member, bob: Member) -> None:
    again = (await ann.engager.CreatePod(pb.CreatePodRequest(name="cats"))).pod
    for name in ("dogs", "apes"):
        await ann.engager.CreatePod(pb.CreatePodRequest(name=name))

    first = await ann.engager.ListPods(pb.ListPodsRequest(page_size=2))
    rest = await ann.engager.ListPods(pb.ListPodsRequest(page_size=2, page_token=first.next_page_token))

    assert (again.pod_id, again.owner) == (ann.pod_id, "ann")
    assert [pod.name for pod in (*first.pods, *rest.pods)] == ["apes", "cats", "dogs"]
    assert rest.next_page_token == ""
    assert ann.pod_id != bob.pod_id


async def test_an_account_is_told_as_it_was_asked_for(ann: Member) -> None:
    account = await ann.open_account(
        "tim",
        webhook=pb.WebhookConnector(url=URL, secret="shop", status_url=f"{URL}/status"),
        per_hour=10,
        per_day=50,
        quiet_hours=pb.QuietHours(start_minute=1320, end_minute=420),
        zone="Europe/Berlin",
        links=pb.LINK_POLICY_ALLOW,
    )

    got = (await ann.engager.GetAccount(pb.GetAccountRequest(account_id=account.account_id))).account
    assert got == account
    assert (account.webhook.url, account.webhook.secret, account.webhook.status_url) == (URL, "shop", f"{URL}/status")
    assert (account.per_hour, account.per_day, account.zone, account.links) == (10, 50, "Europe/Berlin", 2)
    assert (account.quiet_hours.start_minute, account.quiet_hours.end_minute) == (1320, 420)
    assert not account.HasField("hold")


async def test_an_account_of_a_name_is_made_once_and_another_of_that_name_is_refused(ann: Member) -> None:
    again = await ann.open_account("tom")
    other = await refusal(ann.open_account("tom", per_hour=1))

    assert again.account_id == ann.account_id
    assert (again.zone, again.links, again.WhichOneof("connector")) == ("UTC", pb.LINK_POLICY_FORBID, "dry_run")
    assert (other.code, other.reason) == (grpc.StatusCode.ALREADY_EXISTS, "ACCOUNT_EXISTS")


async def test_an_account_that_will_not_do_is_refused_by_its_fields(ann: Member) -> None:
    asked = [{"name": "tim", "webhook": HOOK, **changed} for changed, _ in BAD_ACCOUNTS]

    errors = [await refusal(ann.open_account(**one)) for one in asked]

    listed = await ann.engager.ListAccounts(pb.ListAccountsRequest())
    assert [error.fields for error in errors] == [fields for _, fields in BAD_ACCOUNTS]
    assert {(error.code, error.domain) for error in errors} == {(INVALID, "engager.atelier")}
    assert [account.name for account in listed.accounts] == ["tom"]


async def test_an_account_in_somebody_elses_pod_is_refused_as_in_none(ann: Member, bob: Member) -> None:
    foreign = await refusal(ann.open_account("tim", pod_id=bob.pod_id))
    none = await refusal(ann.open_account("tim", pod_id=NOBODY))

    assert (foreign.code, foreign.reason) == (none.code, none.reason) == (MISSING, "POD_NOT_FOUND")


async def test_accounts_are_listed_by_name_page_by_page_and_by_pod_and_hold(ann: Member, tables: Any) -> None:
    for name in ("a", "z", "m"):
        await ann.open_account(name)
    await tables.execute("UPDATE pod_accounts SET hold_class = 'AUTH', held_at = now() WHERE name = 'm'")

    first = await ann.engager.ListAccounts(pb.ListAccountsRequest(page_size=2, pod_id=ann.pod_id))
    rest = await ann.engager.ListAccounts(
        pb.ListAccountsRequest(page_size=2, pod_id=ann.pod_id, page_token=first.next_page_token)
    )
    elsewhere = await ann.engager.ListAccounts(pb.ListAccountsRequest(pod_id=NOBODY))
    held = await ann.engager.ListAccounts(pb.ListAccountsRequest(only_held=True))

    assert [account.name for account in (*first.accounts, *rest.accounts)] == ["a", "m", "tom", "z"]
    assert (rest.next_page_token, len(elsewhere.accounts)) == ("", 0)
    assert [account.name for account in held.accounts] == ["m"]


async def test_an_activity_is_told_as_it_was_asked_for(ann: Member) -> None:
    asked = ann.activity(
        kind=pb.ACTIVITY_KIND_COMMENT,
        comment="Nice.\nReally.",
        jitter=Duration(seconds=600),
        late_policy=pb.LATE_POLICY_SPREAD,
        late_after=Duration(seconds=90),
        spread=Duration(seconds=1800),
    )

    [result] = await ann.schedule(asked)

    activity = result.activity
    waits = activity.run_time.ToDatetime() - activity.request.due_time.ToDatetime()
    assert activity.request.due_time.ToMicroseconds() == asked.due_time.ToMicroseconds()
    asked.due_time.CopyFrom(activity.request.due_time)
    assert (result.created, activity.request) == (True, asked)
    assert (activity.owner, activity.state) == ("ann", pb.ACTIVITY_STATE_WAITING)
    assert timedelta() <= waits <= timedelta(seconds=600)
    assert not any(activity.HasField(field) for field in ("attempt", "error", "end_time"))
    assert (await ann.get(activity.activity_id)) == activity


async def test_each_item_of_a_batch_stands_or_falls_by_itself(ann: Member, bob: Member) -> None:
    elsewhere = (await ann.engager.CreatePod(pb.CreatePodRequest(name="dogs"))).pod.pod_id
    late = ann.activity("late", after=-timedelta(minutes=5), late_policy=pb.LATE_POLICY_SKIP)
    bad: list[tuple[pb.NewActivity, grpc.StatusCode, str]] = [
        (ann.activity(pod_id="x"), INVALID, "pod_id"),
        (ann.activity(pod_id=NOBODY), MISSING, "pod_id"),
        (ann.activity(pod_id=bob.pod_id, account_id=bob.account_id), MISSING, "pod_id"),
        (ann.activity(account_id=NOBODY), MISSING, "account_id"),
        (ann.activity(account_id=bob.account_id), MISSING, "account_id"),
        (ann.activity(pod_id=elsewhere), INVALID, "account_id"),
        (ann.activity(kind=pb.ACTIVITY_KIND_COMMENT), INVALID, "comment"),
        (ann.activity(kind=pb.ACTIVITY_KIND_COMMENT, comment="at example.com"), INVALID, "comment"),
        (ann.activity(after=timedelta(days=400)), INVALID, "due_time"),
        (ann.activity(after=-timedelta(days=2)), INVALID, "due_time"),
        (late, INVALID, "due_time"),
    ]
    good = ann.activity("good")

    results = await ann.schedule(*(item for item, *_ in bad), good)

    errors = [told(result) for result in results[:-1]]
    assert [(error.code, error.field) for error in errors] == [
        (code, f"activities[{place}].{field}") for place, (_, code, field) in enumerate(bad)
    ]
    assert all(error.fields == ([error.field] if error.code is INVALID else []) for error in errors)
    assert (results[-1].created, results[-1].activity.request.post) == (True, "good")


async def test_the_same_activity_is_accepted_once_in_a_batch_and_ever_after(ann: Member, tables: Any) -> None:
    first, other = ann.activity(), ann.activity("post-2")
    again = pb.NewActivity()
    again.CopyFrom(first)
    again.jitter.seconds = 60

    once = await ann.schedule(first, again, other)
    twice = await ann.schedule(other, first)

    assert [result.created for result in once] == [True, False, True]
    assert [result.created for result in twice] == [False, False]
    ids = [result.activity.activity_id for result in (*once, *twice)]
    assert ids == [ids[0], ids[0], ids[2], ids[2], ids[0]]
    assert not once[1].activity.request.HasField("jitter")
    assert await tables.fetchval("SELECT count(*) FROM jobs") == 2


async def test_a_batch_has_1_to_1000_items(ann: Member, tables: Any) -> None:
    items = [ann.activity(f"post-{number}") for number in range(1_001)]

    none = await refusal(ann.schedule())
    many = await refusal(ann.schedule(*items))
    accepted = await ann.schedule(*items[:1_000])

    assert [(error.code, error.fields) for error in (none, many)] == [(INVALID, ["activities"])] * 2
    assert [result.activity.request.post for result in accepted] == [item.post for item in items[:1_000]]
    assert await tables.fetchval("SELECT count(*) FROM activities JOIN jobs ON jobs.id = job_id") == 1_000


async def test_activities_are_listed_by_due_time_page_by_page_and_by_every_filter(ann: Member) -> None:
    other = await ann.open_account("tim")
    hours = [5, 1, 4, 2, 3]
    await ann.schedule(*(ann.activity(f"post-{hour}", after=timedelta(hours=hour)) for hour in hours))
    await ann.schedule(ann.activity("other", account_id=other.account_id))

    first = await ann.engager.ListActivities(pb.ListActivitiesRequest(account_id=ann.account_id, page_size=3))
    rest = await ann.engager.ListActivities(
        pb.ListActivitiesRequest(account_id=ann.account_id, page_size=3, page_token=first.next_page_token)
    )
    waiting = await ann.engager.ListActivities(
        pb.ListActivitiesRequest(pod_id=ann.pod_id, states=[pb.ACTIVITY_STATE_WAITING, pb.ACTIVITY_STATE_FAILED])
    )
    failed = await ann.engager.ListActivities(pb.ListActivitiesRequest(states=[pb.ACTIVITY_STATE_FAILED]))
    foreign = await refusal(
        ann.engager.ListActivities(pb.ListActivitiesRequest(page_size=3, page_token=first.next_page_token))
    )

    posts = [activity.request.post for activity in (*first.activities, *rest.activities)]
    assert posts == [f"post-{hour}" for hour in sorted(hours)]
    assert (len(first.activities), rest.next_page_token) == (3, "")
    assert (len(waiting.activities), len(failed.activities)) == (6, 0)
    assert (foreign.code, foreign.fields) == (INVALID, ["page_token"])


async def test_a_dry_run_is_watched_to_its_end(ann: Member) -> None:
    [result] = await ann.schedule(ann.activity(after=timedelta(seconds=0.3)))

    ended = await ann.ended(result)

    activity = ended[result.activity.activity_id]
    assert activity.state == pb.ACTIVITY_STATE_SUCCEEDED
    assert (activity.attempt.number, activity.attempt.excerpt != "") == (1, True)
    assert activity.attempt.start_time.ToDatetime() >= activity.run_time.ToDatetime()
    assert activity.end_time.ToDatetime() >= activity.attempt.start_time.ToDatetime()


async def test_a_watch_tells_all_first_and_ends_when_all_have_ended(ann: Member) -> None:
    results = await ann.schedule(ann.activity("soon", after=timedelta(seconds=0.3)), ann.activity("tomorrow"))
    soon, tomorrow = (result.activity.activity_id for result in results)
    stream = ann.engager.WatchActivities(pb.WatchActivitiesRequest(activity_ids=[tomorrow, soon]))

    first = await stream.read()
    states = {soon: pb.ACTIVITY_STATE_WAITING}
    while states[soon] != pb.ACTIVITY_STATE_SUCCEEDED:
        states |= {activity.activity_id: activity.state for activity in (await stream.read()).activities}
    await ann.engager.CancelActivity(pb.CancelActivityRequest(activity_id=tomorrow))
    last = await stream.read()

    assert [activity.activity_id for activity in first.activities] == [soon, tomorrow]
    assert [(one.activity_id, one.state) for one in last.activities] == [(tomorrow, pb.ACTIVITY_STATE_CANCELLED)]
    assert await stream.read() == grpc.aio.EOF


async def test_what_waits_is_cancelled_once_and_for_all_and_what_has_ended_is_not(ann: Member) -> None:
    waiting, due = await ann.schedule(ann.activity("waiting"), ann.activity("due", after=-timedelta(seconds=1)))
    await ann.ended(due)
    cancel = pb.CancelActivityRequest(activity_id=waiting.activity.activity_id)

    cancelled = (await ann.engager.CancelActivity(cancel)).activity
    again = (await ann.engager.CancelActivity(cancel)).activity
    over = await refusal(ann.engager.CancelActivity(pb.CancelActivityRequest(activity_id=due.activity.activity_id)))
    job = await refusal(ann.jobs.RetryJob(jobs_pb.RetryJobRequest(name=cancelled.job)))

    assert (cancelled.state, cancelled.HasField("end_time")) == (pb.ACTIVITY_STATE_CANCELLED, True)
    assert again == cancelled
    assert (over.code, over.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ACTIVITY_ENDED")
    assert (job.code, job.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "JOB_OF_ACTIVITY")


async def test_what_waits_for_a_held_account_is_held_and_goes_on_when_it_is_resumed(ann: Member, tables: Any) -> None:
    # As the refusal of one of them leaves it; see tests/integration/engager.
    refused, waiting, cancelled = await ann.schedule(*(ann.activity(post) for post in ("refused", "waiting", "c")))
    await _hold(tables, refused.activity, ann.account_id)
    await _refuse(tables, cancelled.activity)
    held = await ann.engager.ListActivities(pb.ListActivitiesRequest(states=[pb.ACTIVITY_STATE_HELD]))
    account = (await ann.engager.GetAccount(pb.GetAccountRequest(account_id=ann.account_id))).account
    one = await ann.engager.CancelActivity(pb.CancelActivityRequest(activity_id=cancelled.activity.activity_id))

    resume = pb.ResumeAccountRequest(account_id=ann.account_id)
    resumed = await ann.engager.ResumeAccount(resume)
    again = await ann.engager.ResumeAccount(resume)

    assert {activity.request.post for activity in held.activities} == {"refused", "waiting", "c"}
    assert (account.hold.error_class, account.hold.message) == (jobs_pb.ERROR_CLASS_AUTH, "401")
    assert one.activity.state == pb.ACTIVITY_STATE_CANCELLED
    assert (resumed.account.HasField("hold"), resumed.waiting) == (False, 2)
    assert again == resumed
    after = [await ann.get(result.activity.activity_id) for result in (refused, waiting)]
    assert [activity.state for activity in after] == [pb.ACTIVITY_STATE_WAITING] * 2
    assert [before.activity.job == now.job for before, now in zip((refused, waiting), after, strict=True)] == [
        False, True,
    ]  # fmt: skip
    assert await tables.fetchval("SELECT count(*) FROM held_keys") == 0


async def test_a_watch_hears_of_an_activity_whose_account_is_resumed(ann: Member, tables: Any) -> None:
    [result] = await ann.schedule(ann.activity(after=timedelta(hours=1)))
    await _hold(tables, result.activity, ann.account_id)
    await tables.execute("UPDATE activities SET run_at = now()")
    stream = ann.engager.WatchActivities(pb.WatchActivitiesRequest(activity_ids=[result.activity.activity_id]))

    first = await stream.read()
    await ann.engager.ResumeAccount(pb.ResumeAccountRequest(account_id=ann.account_id))
    states = [activity.state async for told_now in stream for activity in told_now.activities]

    assert [activity.state for activity in first.activities] == [pb.ACTIVITY_STATE_HELD]
    assert states[-1] == pb.ACTIVITY_STATE_SUCCEEDED


async def test_a_caller_sees_its_own_only(ann: Member, bob: Member) -> None:
    [result] = await ann.schedule(ann.activity())
    activity_id, account_id = result.activity.activity_id, ann.account_id

    errors = [
        await refusal(bob.engager.GetActivity(pb.GetActivityRequest(activity_id=activity_id))),
        await refusal(bob.engager.CancelActivity(pb.CancelActivityRequest(activity_id=activity_id))),
        await refusal(bob.ended(result)),
        await refusal(bob.engager.GetAccount(pb.GetAccountRequest(account_id=account_id))),
        await refusal(bob.engager.ResumeAccount(pb.ResumeAccountRequest(account_id=account_id))),
        await refusal(bob.jobs.GetJob(jobs_pb.GetJobRequest(name=result.activity.job))),
    ]
    listed = await bob.engager.ListActivities(pb.ListActivitiesRequest(account_id=account_id))
    pods = await bob.engager.ListPods(pb.ListPodsRequest())
    accounts = await bob.engager.ListAccounts(pb.ListAccountsRequest())
    named = [
        await refusal(bob.engager.ListPods(pb.ListPodsRequest(owner="ann"))),
        await refusal(bob.engager.ListAccounts(pb.ListAccountsRequest(owner="ann"))),
        await refusal(bob.engager.ListActivities(pb.ListActivitiesRequest(owner="ann"))),
    ]

    assert [error.code for error in errors] == [MISSING] * 6
    assert len(listed.activities) == 0
    assert [pod.owner for pod in pods.pods] == [account.owner for account in accounts.accounts] == ["bob"]
    assert {error.code for error in named} == {grpc.StatusCode.PERMISSION_DENIED}


def test_the_service_is_named_in_the_service_config() -> None:
    assert SERVICE.full_name in service_config("atelier.engager.v1")


async def _hold(tables: Any, activity: pb.Activity, account_id: str) -> None:
    await _refuse(tables, activity)
    await tables.execute(
        "UPDATE pod_accounts SET hold_class = 'AUTH', hold_message = '401', held_at = now() WHERE id = $1", account_id
    )
    await tables.execute(
        "INSERT INTO held_keys (kind, concurrency_key, error_class, error_message) VALUES ('activity', $1, 'AUTH', '')",
        account_id,
    )


async def _refuse(tables: Any, activity: pb.Activity) -> None:
    """As an activity stands whose connector has answered 401."""
    job_id = activity.job.rpartition("/")[2]
    await tables.execute("UPDATE jobs SET state = 'FAILED', ended_at = now() WHERE id = $1", job_id)
    await tables.execute("UPDATE activities SET state = 'HELD' WHERE id = $1", activity.activity_id)
