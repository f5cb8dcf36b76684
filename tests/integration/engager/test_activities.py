"""Activities carried out: what each answer, and each lack of one, comes to."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from atelier.engager.v1 import engagement_service_pb2 as pb
from google.protobuf.duration_pb2 import Duration

from chassis.postgres import Database
from tests.conftest import Schema, Servers
from tests.crash.crew import until
from tests.integration.engager.carrying_out import Engager, open_engager
from tests.integration.engager.receiver import Behaviour, Receiver, open_receiver, refusing


@pytest.fixture
async def engager(database: Database, schema: Schema, servers: Servers, tmp_path: Path) -> AsyncIterator[Engager]:
    """The use cases, with a worker beside them."""
    async with open_engager(database, schema, servers.stack.redis_url, tmp_path) as made, made.working():
        yield made


@pytest.fixture
async def impatient(database: Database, schema: Schema, servers: Servers, tmp_path: Path) -> AsyncIterator[Engager]:
    """As `engager`, where no call may take long."""
    redis_url = servers.stack.redis_url
    async with open_engager(database, schema, redis_url, tmp_path, call_seconds=0.7) as made, made.working():
        yield made


@pytest.fixture
async def idle(database: Database, schema: Schema, servers: Servers, tmp_path: Path) -> AsyncIterator[Engager]:
    """The use cases, and nobody who carries out anything."""
    async with open_engager(database, schema, servers.stack.redis_url, tmp_path) as made:
        yield made


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as made:
        yield made


async def one(engager: Engager, url: str, status_url: str = "", **asked: Any) -> dict[str, Any]:
    """What comes of an activity of a new account that is due now."""
    [activity_id] = await engager.schedule(await engager.webhook(url, status_url), **asked)
    return (await engager.ended(activity_id))[0]


async def each(
    engager: Engager, receiver: Receiver, behaviours: Sequence[Behaviour], *, can_tell: bool = False
) -> dict[Behaviour, dict[str, Any]]:
    """What comes of an activity whose first call, by the path of that name, becomes what is told; all at once."""
    status_url = receiver.status_url if can_tell else ""
    ids = {
        behaviour: (
            await engager.schedule(await engager.webhook(receiver.url(f"/{behaviour}", behaviour), status_url))
        )[0]
        for behaviour in behaviours
    }
    return {behaviour: (await engager.ended(activity_id))[0] for behaviour, activity_id in ids.items()}


def called(receiver: Receiver, behaviour: Behaviour) -> list[str]:
    """The keys of the calls of its path."""
    return [call.key for call in receiver.calls if call.path == f"/{behaviour}"]


async def test_an_activity_is_carried_out_once_and_keeps_what_it_was_answered(
    engager: Engager, receiver: Receiver
) -> None:
    row = await one(engager, receiver.url())

    assert (row["state"], row["attempt"], row["status"], row["external_id"]) == ("SUCCEEDED", 1, 200, "act-1")
    assert row["excerpt"] == '{"id": "act-1"}'
    assert 0 < row["latency_seconds"] < 5
    assert row["error_class"] is None
    assert [call.key for call in receiver.calls] == [str(row["activity_id"])]


async def test_an_activity_of_a_dry_run_succeeds_and_shows_what_would_have_been_sent(engager: Engager) -> None:
    [activity_id] = await engager.schedule(await engager.account(dry_run=pb.DryRunConnector()))

    [row] = await engager.ended(activity_id)

    assert (row["state"], row["status"]) == ("SUCCEEDED", 0)
    assert str(activity_id) in row["excerpt"]


async def test_no_activity_is_early(engager: Engager, receiver: Receiver) -> None:
    account_id = await engager.webhook(receiver.url())
    due = datetime.now(UTC) + timedelta(seconds=0.5)

    [activity_id] = await engager.schedule(account_id, in_seconds=0.5)
    await engager.ended(activity_id)

    assert receiver.calls[0].at >= due.timestamp()


async def test_a_job_that_wakes_early_goes_back_and_uses_no_attempt(engager: Engager, receiver: Receiver) -> None:
    [activity_id] = await engager.schedule(await engager.webhook(receiver.url()), in_seconds=1.0)
    [row] = await engager.fetch("SELECT run_at FROM activities")

    await engager.fetch("UPDATE jobs SET run_at = now()")
    await engager.jobs.transactions.transact(_ring)
    [ended] = await engager.ended(activity_id)

    assert receiver.calls[0].at >= row["run_at"].timestamp()
    assert (ended["state"], ended["attempt"]) == ("SUCCEEDED", 1)


async def test_an_answer_that_no_other_attempt_would_change_ends_it(engager: Engager, receiver: Receiver) -> None:
    classes = {
        Behaviour.MISSING: "NOT_FOUND",
        Behaviour.GONE: "NOT_FOUND",
        Behaviour.PAYMENT: "QUOTA",
        Behaviour.UNPROCESSABLE: "INVALID",
        Behaviour.REDIRECT: "INVALID",
    }

    rows = await each(engager, receiver, list(classes))

    assert {behaviour: row["error_class"] for behaviour, row in rows.items()} == classes
    for behaviour, row in rows.items():
        assert (row["state"], row["job_state"], row["attempt"]) == ("FAILED", "FAILED", 1), behaviour
        assert row["status"] >= 300
        assert len(called(receiver, behaviour)) == 1


async def test_an_answer_that_may_change_is_asked_for_again_under_the_same_key(
    engager: Engager, receiver: Receiver
) -> None:
    changing = [Behaviour.BUSY, Behaviour.FAULT, Behaviour.AWAY, Behaviour.FAULT_WITHOUT_END]

    rows = await each(engager, receiver, changing)

    for behaviour, row in rows.items():
        assert (row["state"], row["attempt"], row["error_class"]) == ("SUCCEEDED", 2, None), behaviour
        assert called(receiver, behaviour) == [str(row["activity_id"])] * 2


@pytest.mark.parametrize("behaviour", [Behaviour.BUSY, Behaviour.BUSY_UNTIL])
async def test_who_asks_for_patience_is_given_it_in_both_forms(
    engager: Engager, receiver: Receiver, behaviour: Behaviour
) -> None:
    await one(engager, receiver.url("/hook", behaviour))

    first, second = receiver.calls
    # A date has whole seconds, so that of one second as little as nothing is left.
    assert second.at - first.at >= (1.0 if behaviour is Behaviour.BUSY else 0.0)


async def test_what_never_answers_well_fails_when_its_attempts_are_used_up(engager: Engager) -> None:
    async with refusing() as url:
        row = await one(engager, url)

    assert (row["state"], row["error_class"], row["attempt"]) == ("FAILED", "NETWORK", 5)
    assert row["run_at"] > row["due_at"]


LOST = [Behaviour.CUT_AFTER, Behaviour.HANG_AFTER, Behaviour.HALF, Behaviour.DRIP, Behaviour.ENDLESS]
LOST_UNDONE = [Behaviour.CUT_BEFORE, Behaviour.HANG, Behaviour.RESET, Behaviour.GARBAGE]


async def test_a_lost_answer_is_uncertain_where_nobody_can_tell_and_it_is_not_tried_again(
    impatient: Engager, receiver: Receiver
) -> None:
    rows = await each(impatient, receiver, [*LOST, *LOST_UNDONE])

    for behaviour, row in rows.items():
        assert (row["state"], row["attempt"]) == ("UNCERTAIN", 1), behaviour
        assert row["error_class"] in {"NETWORK", "TIMEOUT", "UNKNOWN"}
        assert len(called(receiver, behaviour)) == 1


async def test_a_lost_answer_to_what_happened_is_found_out_by_its_key(impatient: Engager, receiver: Receiver) -> None:
    rows = await each(impatient, receiver, LOST, can_tell=True)

    for behaviour, row in rows.items():
        assert (row["state"], row["attempt"]) == ("SUCCEEDED", 1), behaviour
        assert row["external_id"] == receiver.done[str(row["activity_id"])]
        assert len(called(receiver, behaviour)) == 1
    assert {asked.query["key"] for asked in receiver.asked} == {str(row["activity_id"]) for row in rows.values()}


async def test_a_lost_call_that_did_not_happen_is_made_again_under_the_same_key(
    impatient: Engager, receiver: Receiver
) -> None:
    rows = await each(impatient, receiver, LOST_UNDONE, can_tell=True)

    for behaviour, row in rows.items():
        assert (row["state"], row["attempt"]) == ("SUCCEEDED", 2), behaviour
        assert row["external_id"] == receiver.done[str(row["activity_id"])]
        assert called(receiver, behaviour) == [str(row["activity_id"])] * 2


async def test_a_status_that_does_not_answer_at_first_is_asked_again_and_not_the_connector(
    engager: Engager, receiver: Receiver
) -> None:
    receiver.url("/status", Behaviour.AWAY, Behaviour.AWAY)

    row = await one(engager, receiver.url("/hook", Behaviour.CUT_AFTER), receiver.status_url)

    assert (row["state"], row["attempt"]) == ("SUCCEEDED", 1)
    assert (len(receiver.calls), len(receiver.asked)) == (1, 3)


async def test_a_status_that_never_answers_leaves_it_uncertain(engager: Engager, receiver: Receiver) -> None:
    receiver.url("/status", *[Behaviour.AWAY] * 5)

    row = await one(engager, receiver.url("/hook", Behaviour.CUT_AFTER), receiver.status_url)

    assert (row["state"], row["error_class"], len(receiver.calls)) == ("UNCERTAIN", "NETWORK", 1)


@pytest.mark.parametrize("behaviour", [Behaviour.UNAUTHORIZED, Behaviour.FORBIDDEN])
async def test_who_is_not_let_in_holds_the_account_while_others_go_on(
    engager: Engager, receiver: Receiver, behaviour: Behaviour
) -> None:
    account_id = await engager.webhook(receiver.url("/hook", behaviour))
    refused, waiting = await engager.schedule(account_id, times=2)
    held = await engager.in_state(refused, "HELD", "SUCCEEDED")
    other = await one(engager, receiver.url("/other"))

    [account] = await engager.fetch("SELECT * FROM pod_accounts WHERE id = $1", account_id)
    calls = len(receiver.calls)
    await engager.resuming.resume(str(account_id))
    ended = await engager.ended(refused, waiting)

    assert held["state"] == "HELD" or (await engager.get(waiting))["attempt"]
    assert account["hold_class"] == "AUTH"
    assert account["held_at"] is not None
    assert other["state"] == "SUCCEEDED"
    assert calls == 2
    assert [row["state"] for row in ended] == ["SUCCEEDED", "SUCCEEDED"]


async def test_an_account_without_its_secret_is_held_and_nothing_is_sent(
    engager: Engager, receiver: Receiver, tmp_path: Path
) -> None:
    account_id = await engager.webhook(receiver.url())
    secret = tmp_path / "secrets" / "hook"
    content = secret.read_bytes()
    secret.unlink()
    [activity_id] = await engager.schedule(account_id)

    held = await engager.in_state(activity_id, "HELD")
    secret.write_bytes(content)
    await engager.resuming.resume(str(account_id))
    [row] = await engager.ended(activity_id)

    assert (held["error_class"], held["attempt"]) == ("AUTH", 1)
    assert (row["state"], len(receiver.calls)) == ("SUCCEEDED", 1)


async def test_no_more_of_an_account_run_at_once_than_may(impatient: Engager, receiver: Receiver) -> None:
    account_id = await impatient.webhook(receiver.url("/hook", Behaviour.HANG))
    hanging, waiting = await impatient.schedule(account_id, times=2)

    await receiver.until(lambda told: len(told.calls) == 1)
    states = {row["state"] for row in await impatient.fetch("SELECT state FROM activities")}
    await impatient.ended(hanging, waiting)

    assert states == {"RUNNING", "WAITING"}


async def test_cancelling_what_waits_cancels_it(engager: Engager, receiver: Receiver) -> None:
    [activity_id] = await engager.schedule(await engager.webhook(receiver.url()), in_seconds=60)

    await engager.cancelling.cancel(str(activity_id))
    row = await engager.get(activity_id)

    assert (row["state"], row["attempt"], row["job_state"]) == ("CANCELLED", 0, "CANCELLED")


@pytest.mark.parametrize(
    ("behaviour", "can_tell", "state"),
    [
        (Behaviour.HANG_AFTER, True, "SUCCEEDED"),
        (Behaviour.HANG, True, "CANCELLED"),
        (Behaviour.HANG, False, "UNCERTAIN"),
    ],
)
async def test_cancelling_during_a_call_ends_it_and_says_what_can_be_told(
    idle: Engager, receiver: Receiver, behaviour: Behaviour, *, can_tell: bool, state: str
) -> None:
    status_url = receiver.status_url if can_tell else ""
    [activity_id] = await idle.schedule(await idle.webhook(receiver.url("/hook", behaviour), status_url))

    async with idle.working():
        await receiver.until(lambda told: len(told.calls) == 1)
        await idle.cancelling.cancel(str(activity_id))
        await receiver.until(lambda told: told.left == 1)
        [row] = await idle.ended(activity_id)

    assert (row["state"], row["attempt"], len(receiver.calls)) == (state, 1, 1)
    assert len(receiver.asked) == can_tell


async def test_what_was_late_is_skipped_or_spread_or_carried_out_as_its_policy_says(
    idle: Engager, receiver: Receiver
) -> None:
    account_id = await idle.webhook(receiver.url())
    policies: list[dict[str, Any]] = [
        {"late_policy": pb.LATE_POLICY_RUN},
        {"late_policy": pb.LATE_POLICY_SKIP},
        {"late_policy": pb.LATE_POLICY_SPREAD, "spread": Duration(seconds=3600)},
    ]
    ids = [
        await idle.schedule(account_id, in_seconds=number / 10, late_after=Duration(seconds=1), **policy)
        for number, policy in enumerate(policies)
    ]
    run, skipped, spread_out = (one_id for [one_id] in ids)
    await idle.fetch("UPDATE activities SET run_at = run_at - interval '1 minute'")

    async with idle.working():
        ended = await idle.ended(run, skipped)
        await until(lambda: _is_spread(idle), "it is spread")
    later = await idle.get(spread_out)

    assert [row["state"] for row in ended] == ["SUCCEEDED", "SKIPPED"]
    assert (later["state"], later["job_state"]) == ("WAITING", "SCHEDULED")
    assert timedelta(0) < later["run_at"] - later["due_at"] < timedelta(hours=1, minutes=1)


async def test_an_account_does_nothing_in_its_quiet_hours(engager: Engager, receiver: Receiver) -> None:
    now = datetime.now(UTC)
    minute = 60 * now.hour + now.minute
    quiet = pb.QuietHours(start_minute=minute, end_minute=(minute + 90) % 1440)
    account_id = await engager.webhook(receiver.url(), quiet_hours=quiet)

    [activity_id] = await engager.schedule(account_id)
    await until(lambda: _is_put_off(engager), "it waits for their end")
    row = await engager.get(activity_id)

    assert (row["state"], row["attempt"]) == ("WAITING", 0)
    assert row["run_at"] == now.replace(second=0, microsecond=0) + timedelta(minutes=90)
    assert receiver.calls == []


async def test_a_call_that_was_under_way_when_its_worker_was_lost_is_not_made_again_if_it_happened(
    idle: Engager, receiver: Receiver
) -> None:
    [activity_id] = await idle.schedule(await idle.webhook(receiver.url(), receiver.status_url))
    receiver.done[str(activity_id)] = "act-9"
    await _as_if_lost(idle)

    async with idle.working():
        [row] = await idle.ended(activity_id)

    assert (row["state"], row["external_id"], row["attempt"], receiver.calls) == ("SUCCEEDED", "act-9", 1, [])


async def test_a_call_that_was_under_way_when_its_worker_was_lost_is_made_again_if_it_did_not_happen(
    idle: Engager, receiver: Receiver
) -> None:
    [activity_id] = await idle.schedule(await idle.webhook(receiver.url(), receiver.status_url))
    await _as_if_lost(idle)

    async with idle.working():
        [row] = await idle.ended(activity_id)

    assert (row["state"], row["attempt"], len(receiver.calls)) == ("SUCCEEDED", 2, 1)


async def test_a_call_that_was_under_way_when_its_worker_was_lost_is_uncertain_where_nobody_can_tell(
    idle: Engager, receiver: Receiver
) -> None:
    [activity_id] = await idle.schedule(await idle.webhook(receiver.url()))
    await _as_if_lost(idle)

    async with idle.working():
        [row] = await idle.ended(activity_id)

    assert (row["state"], row["attempt"], receiver.calls) == ("UNCERTAIN", 1, [])


async def test_a_worker_that_leaves_during_a_call_ends_it_and_the_next_finds_out(
    idle: Engager, receiver: Receiver
) -> None:
    [activity_id] = await idle.schedule(
        await idle.webhook(receiver.url("/hook", Behaviour.HANG_AFTER), receiver.status_url)
    )

    async with idle.working():
        await receiver.until(lambda told: len(told.calls) == 1)
        await asyncio.sleep(0)
    async with idle.working():
        [row] = await idle.ended(activity_id)

    assert (row["state"], row["attempt"], len(receiver.calls)) == ("SUCCEEDED", 1, 1)


async def test_an_activity_whose_job_is_given_up_has_failed_or_is_uncertain_when_it_was_called_for(
    idle: Engager, receiver: Receiver
) -> None:
    [was_called] = await idle.schedule(await idle.webhook(receiver.url()))
    await _as_if_lost(idle)
    [waited] = await idle.schedule(await idle.webhook(receiver.url()))
    await idle.fetch("UPDATE jobs SET deadline = now()")

    async with idle.working():
        rows = await idle.ended(was_called, waited)

    assert [row["state"] for row in rows] == ["UNCERTAIN", "FAILED"]
    assert {(row["error_class"], row["job_state"]) for row in rows} == {("TIMEOUT", "FAILED")}
    assert receiver.calls == []


async def test_an_attempt_does_not_begin_when_its_account_was_held_since_it_was_claimed(
    idle: Engager, receiver: Receiver
) -> None:
    [activity_id] = await idle.schedule(await idle.webhook(receiver.url()))
    await idle.fetch("UPDATE pod_accounts SET hold_class = 'AUTH', hold_message = '', held_at = now()")

    async with idle.working():
        await until(lambda: _was_claimed(idle), "it was claimed and went back")
        calls = len(receiver.calls)
        await idle.fetch("UPDATE pod_accounts SET hold_class = NULL, hold_message = NULL, held_at = NULL")
        [row] = await idle.ended(activity_id)

    assert (calls, row["state"], row["attempt"]) == (0, "SUCCEEDED", 1)


async def _was_claimed(engager: Engager) -> bool:
    return bool(await engager.fetch("SELECT FROM jobs WHERE attempt > 0 AND state <> 'RUNNING'"))


async def _ring(transaction: Any) -> None:
    transaction.ring("activity")


async def _is_spread(engager: Engager) -> bool:
    return bool(await engager.fetch("SELECT FROM activities WHERE spread"))


async def _is_put_off(engager: Engager) -> bool:
    return bool(await engager.fetch("SELECT FROM activities WHERE run_at > due_at"))


async def _as_if_lost(engager: Engager) -> None:
    await engager.fetch("UPDATE activities SET state = 'RUNNING', attempt = 1, started_at = now()")
