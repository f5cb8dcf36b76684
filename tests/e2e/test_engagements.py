"""Activities from asking to their end: by nothing but HTTP and JSON, and by the command line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.callers import Caller, operator, user
from tests.e2e.conftest import System

ENGAGER = "/atelier.engager.v1.EngagementService"


async def member(caller: Caller) -> dict[str, str]:
    """Pod and account of a caller, which calls nobody."""
    pod = (await caller.post(f"{ENGAGER}/CreatePod", {"name": "cats"})).json()["pod"]["podId"]
    created = await caller.post(f"{ENGAGER}/CreateAccount", {"podId": pod, "name": "tom", "dryRun": {}})
    return {"podId": pod, "accountId": created.json()["account"]["accountId"]}


def like(where: dict[str, str], post: str, *, after: timedelta = timedelta(), **changed: Any) -> dict[str, Any]:
    return {**where, "post": post, "kind": "ACTIVITY_KIND_LIKE", "dueTime": time(after), **changed}


def time(after: timedelta) -> str:
    return (datetime.now(UTC) + after).isoformat().replace("+00:00", "Z")


async def test_a_batch_is_scheduled_watched_and_told_by_http_alone(system: System, http: httpx.AsyncClient) -> None:
    ann = user(system, http, "ann")
    where = await member(ann)
    asked = [like(where, "one", after=timedelta(seconds=0.5)), like(where, ""), like(where, "two")]

    scheduled = (await ann.post(f"{ENGAGER}/ScheduleActivities", {"activities": asked})).json()["results"]
    ids = [result["activity"]["activityId"] for result in scheduled if "activity" in result]
    await ann.stream(f"{ENGAGER}/WatchActivities", {"activityIds": ids})
    listed = (await ann.post(f"{ENGAGER}/ListActivities", where)).json()["activities"]

    assert "activities[1].post" in scheduled[1]["error"]["message"]
    assert {one["request"]["post"]: one["state"] for one in listed} == {
        "one": "ACTIVITY_STATE_SUCCEEDED",
        "two": "ACTIVITY_STATE_SUCCEEDED",
    }
    assert all(one["attempt"]["startTime"] >= one["runTime"] for one in listed)


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://169.254.169.254/latest/meta-data", "http://example.com"]
)
async def test_the_stack_lets_nobody_call_this_machine_or_a_clouds_metadata(
    system: System, http: httpx.AsyncClient, url: str
) -> None:
    ann = user(system, http, "ann")
    where = await member(ann)

    refused = await ann.post(
        f"{ENGAGER}/CreateAccount",
        {"podId": where["podId"], "name": "tim", "webhook": {"url": url, "secret": "shop"}},
    )

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_argument")
    assert "webhook.url" in refused.text


async def test_a_file_is_scheduled_once_and_watched_by_the_command_line(
    system: System, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    where = await member(operator(system, http))
    rows = [f"{post},{time(timedelta(seconds=1))},{comment}" for post, comment in (("a", ""), ("b", "Nice."), ("", ""))]
    file = tmp_path / "activities.csv"
    file.write_text("\n".join(["post,due_time,comment", *rows]))
    schedule = ("engage", "schedule", str(file), "--pod", where["podId"], "--account", where["accountId"])

    once = await system.atelier(*schedule, "--json")
    twice = await system.atelier(*schedule)
    ids = [line["activity_id"] for line in once.lines()]
    watched = await system.atelier("engage", "watch", *ids, "--json")

    assert (once.code, [line["kind"] for line in once.lines()]) == (3, ["LIKE", "COMMENT"])
    assert f"{file}:4: post: must have 1 to 2,000 characters" in once.err
    assert "0 scheduled, 2 known already, 1 rejected." in twice.err
    assert watched.code == 0, watched.err
    ended = {line["activity_id"]: line["state"] for line in watched.lines()}
    assert ended == dict.fromkeys(ids, "SUCCEEDED")


async def test_accounts_are_listed_and_resumed_by_the_command_line(system: System, http: httpx.AsyncClient) -> None:
    where = await member(operator(system, http))

    listed = await system.atelier("engage", "accounts", "--json")
    resumed = await system.atelier("engage", "resume", where["accountId"], where["podId"])

    assert where["accountId"] in {line["account_id"] for line in listed.lines()}
    assert where["accountId"] in resumed.out
    assert (resumed.code, "there is no account" in resumed.err) == (3, True)
