"""Watching jobs: how they are, then each change, with nobody polling."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from chassis.auth import Role
from jobs import views
from jobs.errors import JobNotFound, Leaving, OwnerNotAllowed
from jobs.job import NewJob
from jobs.outcomes import Done, Outcome
from jobs.running import Job
from jobs.watching import LOOK_SECONDS, Changes
from tests.conftest import Schema
from tests.integration.jobs.rig import Rig, called_by, toil

Rows = Sequence[Any]


def shown(rig: Rig, rows: Rows) -> list[tuple[str, str]]:
    """Names and states."""
    return [(rig.names.job(row["id"]), row["state"]) for row in rows]


@asynccontextmanager
async def watching(changes: Changes) -> AsyncIterator[Changes]:
    """A stream that is left at the block's end, which must come soon."""
    async with asyncio.timeout(20), aclosing(changes):
        yield changes


async def test_named_jobs_are_shown_in_order_then_as_they_change_until_all_have_ended(rig: Rig) -> None:
    first, second = await rig.enqueue(toil(), toil())
    seen: list[list[tuple[str, str]]] = []

    with called_by("ann"):
        async with watching(rig.watching.watch_named([second, first], kind="", owner="")) as changes:
            async for rows in changes:
                seen.append(shown(rig, rows))
                if len(seen) == 1:
                    await rig.end(first, "SUCCEEDED")
                elif len(seen) == 2:
                    await rig.end(second, "CANCELLED")

    assert seen == [[(second, "QUEUED"), (first, "QUEUED")], [(first, "SUCCEEDED")], [(second, "CANCELLED")]]


async def test_jobs_that_have_ended_are_shown_once(rig: Rig) -> None:
    (name,) = await rig.enqueue(toil())
    await rig.end(name, "SUCCEEDED")

    with called_by("ann"):
        async with watching(rig.watching.watch_named([name], kind="", owner="")) as changes:
            seen = [shown(rig, rows) async for rows in changes]

    assert seen == [[(name, "SUCCEEDED")]]


async def test_a_name_that_isn_t_there_or_another_s_is_told_of(rig: Rig) -> None:
    mine, theirs = await rig.enqueue(toil("ann"), toil("bob"))

    with called_by("ann"):
        for name in (theirs, f"mill/jobs/{uuid4()}"):
            with pytest.raises(JobNotFound) as caught:
                await anext(rig.watching.watch_named([mine, name], kind="", owner=""))
            assert caught.value.metadata == {"name": name}
        with pytest.raises(JobNotFound):
            await anext(rig.watching.watch_named([mine], kind="idle", owner=""))
        with pytest.raises(OwnerNotAllowed):
            rig.watching.watch_all(kind="", owner="bob")


async def test_a_job_that_is_purged_while_it_is_watched_counts_as_ended(rig: Rig) -> None:
    (name,) = await rig.enqueue(toil())

    with called_by("ann"):
        async with watching(rig.watching.watch_named([name], kind="", owner="")) as changes:
            await anext(changes)
            await rig.execute("DELETE FROM jobs")
            rig.runtime.events.tell([rig.names.job_id(name)])

            assert [rows async for rows in changes] == []


async def test_progress_is_shown_while_it_is_made(rig: Rig) -> None:
    go_on = asyncio.Event()

    async def handle(job: Job) -> Outcome:
        job.progress(1, 2)
        await go_on.wait()
        job.progress(2, 2)
        return Done()

    (name,) = await rig.enqueue(toil())
    seen: list[tuple[str, int, int]] = []
    with called_by("ann"):
        following = rig.watching.watch_named([name], kind="", owner="")
        async with rig.working({"toil": handle}), watching(following) as changes:
            async for rows in changes:
                seen.append((rows[0]["state"], rows[0]["progress_done"], rows[0]["progress_total"]))
                if rows[0]["progress_done"]:
                    go_on.set()

    assert ("RUNNING", 1, 2) in seen
    assert seen[-1] == ("SUCCEEDED", 2, 2)


async def test_all_matching_jobs_are_watched_from_those_that_have_not_ended(rig: Rig) -> None:
    ended, waiting, theirs = await rig.enqueue(toil(), toil(), toil("bob"))
    await rig.end(ended, "FAILED", "INVALID")
    seen: list[list[tuple[str, str]]] = []

    with called_by("ann"):
        async with watching(rig.watching.watch_all(kind="", owner="")) as changes:
            seen.append(shown(rig, await anext(changes)))
            (new,) = await rig.enqueue(toil())
            seen.append(shown(rig, await anext(changes)))
            await rig.end(theirs, "CANCELLED")
            await rig.end(waiting, "SUCCEEDED")
            seen.append(shown(rig, await anext(changes)))
            await rig.operating.retry_job(ended)
            seen.append(shown(rig, await anext(changes)))

    assert seen == [[(waiting, "QUEUED")], [(new, "QUEUED")], [(waiting, "SUCCEEDED")], [(ended, "QUEUED")]]


async def test_operators_watch_everybody_s_jobs_of_a_kind(rig: Rig) -> None:
    mine, theirs = await rig.enqueue(toil("ann"), toil("bob"))
    await rig.enqueue(NewJob(kind="idle", owner="ann"))

    with called_by("ops", Role.OPERATOR):
        async with watching(rig.watching.watch_all(kind="toil", owner="")) as changes:
            everybody = await anext(changes)
        async with watching(rig.watching.watch_all(kind="toil", owner="bob")) as changes:
            bobs = await anext(changes)
        async with watching(rig.watching.watch_all(kind="nothing", owner="")) as changes:
            nothing = await anext(changes)

    assert shown(rig, everybody) == [(theirs, "QUEUED"), (mine, "QUEUED")]
    assert (shown(rig, bobs), nothing) == ([(theirs, "QUEUED")], [])


async def every_change(rig: Rig, statement: str, states: list[str], monkeypatch: pytest.MonkeyPatch) -> Rows:
    """What a watcher of all is shown after `statement`, long after the jobs were made, which are in `states`."""
    monkeypatch.setattr(views, "LOOK_BACK_SECONDS", 0.0)
    names = await rig.enqueue(*[toil() for _ in states])
    await rig.execute("UPDATE jobs SET run_at = run_at - interval '1 hour'")
    if "RUNNING" in states:
        await rig.claim("toil", limit=states.count("RUNNING"))
    with called_by("ann"):
        async with watching(rig.watching.watch_all(kind="", owner="")) as changes:
            await anext(changes)
            await rig.execute(statement)
            rig.runtime.events.tell([rig.names.job_id(name) for name in names])
            return await anext(changes)


@pytest.mark.parametrize(
    ("before", "statement", "after"),
    [
        (
            "QUEUED",
            "UPDATE jobs SET state = 'SCHEDULED', attempt = 1, started_at = clock_timestamp(), "
            "run_at = now() + interval '1 hour', error_class = 'NETWORK'",
            "SCHEDULED",
        ),
        (
            "RUNNING",
            "UPDATE jobs SET state = 'QUEUED', lease_token = NULL, worker_id = NULL",
            "QUEUED",
        ),
        ("RUNNING", "UPDATE jobs SET progress_done = 3", "RUNNING"),
        ("RUNNING", "UPDATE jobs SET cancel_requested = true", "RUNNING"),
        ("QUEUED", "UPDATE jobs SET state = 'FAILED', ended_at = clock_timestamp()", "FAILED"),
    ],
)
async def test_no_kind_of_change_escapes_a_watcher_of_all(
    rig: Rig, before: str, statement: str, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = await every_change(rig, statement, [before], monkeypatch)

    assert [row["state"] for row in rows] == [after]


async def test_a_job_whose_transaction_commits_late_is_shown(rig: Rig, schema: Schema) -> None:
    other = await asyncpg.connect(schema.url.get_secret_value(), server_settings={"search_path": schema.name})
    try:
        transaction = other.transaction()
        await transaction.start()
        await other.execute(
            "INSERT INTO jobs (kind, owner, state, lane, run_at, max_attempts, payload) "
            "VALUES ('toil', 'ann', 'QUEUED', 2, now(), 3, '')"
        )
        with called_by("ann"):
            async with watching(rig.watching.watch_all(kind="", owner="")) as changes:
                before = await anext(changes)
                (later,) = await rig.enqueue(toil())
                between = await anext(changes)
                await transaction.commit()
                rig.runtime.events.tell([uuid4()])
                after = await anext(changes)
    finally:
        await other.close()

    assert before == []
    assert shown(rig, between) == [(later, "QUEUED")]
    assert [row["state"] for row in after] == ["QUEUED"]


async def test_the_first_thousand_of_many_and_then_every_one_that_changes(rig: Rig) -> None:
    await rig.enqueue(*[toil(run_at=datetime.now(UTC) + timedelta(hours=1)) for _ in range(1_500)])

    with called_by("ann"):
        async with watching(rig.watching.watch_all(kind="", owner="")) as changes:
            first = await anext(changes)
            await rig.execute("UPDATE jobs SET state = 'CANCELLED', ended_at = clock_timestamp()")
            rig.runtime.events.tell([uuid4()])
            second, third = await anext(changes), await anext(changes)

    assert len(first) == 1_000
    assert (len(second), len(third)) == (1_000, 500)
    assert len({row["id"] for row in (*second, *third)}) == 1_500


async def test_a_burst_of_changes_costs_few_looks(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    (name,) = await rig.enqueue(toil())
    looks = 0
    plain = views.NamedJobs.changed

    async def counted(view: views.NamedJobs) -> Rows:
        nonlocal looks
        looks += 1
        return await plain(view)

    monkeypatch.setattr(views.NamedJobs, "changed", counted)
    loop = asyncio.get_running_loop()

    with called_by("ann"):
        async with watching(rig.watching.watch_named([name], kind="", owner="")) as changes:
            await anext(changes)
            began = loop.time()
            for progress in range(1, 200):
                await rig.execute("UPDATE jobs SET progress_done = $1", progress)
                rig.runtime.events.tell([rig.names.job_id(name)])
            await rig.end(name, "SUCCEEDED")
            rows = [rows async for rows in changes][-1]

    assert rows[0]["progress_done"] == 199
    assert looks <= (loop.time() - began) / LOOK_SECONDS + 1


async def test_streams_end_with_the_process_and_say_so(rig: Rig) -> None:
    with called_by("ann"):
        async with watching(rig.watching.watch_all(kind="", owner="")) as changes:
            await anext(changes)
            following = asyncio.ensure_future(anext(changes))
            await rig.watching.stop()

            with pytest.raises(Leaving):
                await following
        with pytest.raises(Leaving):
            await anext(rig.watching.watch_all(kind="", owner=""))
