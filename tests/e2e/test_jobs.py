"""Jobs and queues by the command line and by HTTP, on the scans of a running system."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.auth import Role
from tests.e2e.conftest import Ended, System
from tests.e2e.watching import QUEUE, pause, resume, waiting_job

SERVICE = "atelier.jobs.v1.JobsService"
MISSING = "resolver/jobs/00000000-0000-7000-8000-000000000000"


@pytest.fixture
async def paused(system: System) -> AsyncIterator[System]:
    """The system with its scans held back."""
    await pause(system)
    yield system
    await resume(system)


def as_user(system: System, name: str) -> tuple[str, str]:
    """Options that make a command a user's."""
    return "--token", system.stack.token(Role.USER, subject=name)


def scanning(system: System, name: str, folder: Path) -> "asyncio.Task[Ended]":
    """A scan by a user of its own, which waits for its end."""
    path = folder / f"{name}.csv"
    path.write_text(f"source,external_id\n{name},unknown\n")
    return asyncio.create_task(system.atelier(*as_user(system, name), "scan", str(path), "--json"))


async def test_a_paused_queue_keeps_its_jobs_and_resumed_it_goes_on(paused: System, tmp_path: Path) -> None:
    scan = scanning(paused, "paused", tmp_path)
    name = await waiting_job(paused, "paused")
    watching = await paused.start_atelier("jobs", "watch", name, "--json")
    assert watching.stdout is not None
    first = await watching.stdout.readline()
    [during] = (await paused.atelier("jobs", "stats", "resolver", "--json")).lines()

    [after] = (await paused.atelier("jobs", "resume", QUEUE, "--json")).lines()
    (rest, _), ended = await asyncio.gather(watching.communicate(), scan)

    assert (during["paused"], during["waiting"], during["stuck"]) == (True, 1, False)
    assert during["oldest_age_seconds"] is not None
    assert [worker["lost"] for worker in during["workers"]].count(False) == 1  # Other tests kill theirs.
    assert during["bell"] is not None
    assert after["paused"] is False
    assert watching.returncode == 0
    assert [json.loads(line)["state"] for line in (first, rest.splitlines()[-1])] == ["QUEUED", "SUCCEEDED"]
    assert ended.lines()[0]["job"] == name


async def test_a_cancelled_scan_says_so_and_retried_it_succeeds(paused: System, tmp_path: Path) -> None:
    scan = scanning(paused, "fickle", tmp_path)
    name = await waiting_job(paused, "fickle")

    cancelled = await paused.atelier("jobs", "cancel", name, "--json")
    ended = await scan
    retried = await paused.atelier("jobs", "retry", name, "--json")
    await resume(paused)
    watched = await paused.atelier("jobs", "watch", name, "--strict", "--json")
    again = await paused.atelier("jobs", "cancel", name)

    assert cancelled.lines()[0]["state"] == "CANCELLED"
    assert (ended.code, ended.lines()[0]["state"]) == (70, "CANCELLED")
    assert f"atelier jobs retry {name}" in ended.err
    assert retried.lines()[0]["state"] == "QUEUED"
    assert (watched.code, watched.lines()[-1]["state"]) == (0, "SUCCEEDED")
    assert again.code == 65


async def test_users_meet_their_own_jobs_and_no_queue(paused: System, tmp_path: Path) -> None:
    scan = scanning(paused, "owner", tmp_path)
    name = await waiting_job(paused, "owner")

    owner, stranger = as_user(paused, "owner"), as_user(paused, "stranger")
    own, foreign, cancelled, held, counted = await asyncio.gather(
        paused.atelier(*owner, "jobs", "list", "--json"),
        paused.atelier(*stranger, "jobs", "list", "--json"),
        paused.atelier(*stranger, "jobs", "cancel", name),
        paused.atelier(*owner, "jobs", "pause", QUEUE),
        paused.atelier(*owner, "jobs", "stats"),
    )
    await resume(paused)

    assert [one["name"] for one in own.lines()] == [name]
    assert foreign.lines() == []
    assert (cancelled.code, held.code, counted.code) == (67, 77, 77)
    assert (await scan).code == 0


async def test_what_is_not_there_is_told_in_a_sentence(system: System) -> None:
    missing, elsewhere, misbuilt, queue = await asyncio.gather(
        system.atelier("jobs", "retry", MISSING),
        system.atelier("jobs", "list", "nobody"),
        system.atelier("jobs", "cancel", "resolver/jobs/7"),
        system.atelier("jobs", "pause", "resolver/queues/nothing"),
    )

    assert [one.code for one in (missing, elsewhere, misbuilt, queue)] == [67, 67, 65, 67]
    assert "name:" in misbuilt.err


async def test_curl_lists_jobs_and_streams_them_by_their_service(system: System, tmp_path: Path) -> None:
    [scanned] = (await scanning(system, "curl", tmp_path)).lines()
    headers = {"authorization": f"Bearer {system.stack.token(Role.OPERATOR)}"}
    async with httpx.AsyncClient(base_url=f"{system.stack.http_url}/{SERVICE}", headers=headers) as client:
        listed = await client.post("/ListJobs", json={"parent": "resolver", "owner": "curl"})
        found = await client.post("/GetJob", json={"name": scanned["job"]})
        watched = await client.post(
            "/WatchJobs",
            content=enveloped({"parent": "resolver", "names": [scanned["job"]]}),
            headers={"content-type": "application/connect+json"},
        )
        nobody = await client.post("/GetJob", json={"name": MISSING.replace("resolver", "nobody")})

    assert [one["name"] for one in listed.json()["jobs"]] == [scanned["job"]]
    assert found.json()["job"]["state"] == "STATE_SUCCEEDED"
    assert b"STATE_SUCCEEDED" in watched.content
    assert (nobody.status_code, nobody.json()["code"]) == (404, "not_found")


def enveloped(request: Any) -> bytes:
    """A request of a stream (connectrpc.com/docs/protocol, "Streaming RPCs")."""
    data = json.dumps(request).encode()
    return b"\0" + len(data).to_bytes(4, "big") + data
