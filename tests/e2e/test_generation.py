"""Images by nothing but HTTP and JSON, from credits to the picture itself."""

import base64
import hashlib
from typing import Any

import httpx

from tests.e2e.callers import Caller, operator, user
from tests.e2e.conftest import System
from tests.integration.gateway.rig import info

GENERATIONS = "/atelier.generator.v1.GenerationService"
CREDITS = "/atelier.generator.v1.CreditService"
POSES = "/atelier.generator.v1.PoseService"
JOBS = "/atelier.jobs.v1.JobsService"


async def caller(system: System, http: httpx.AsyncClient, name: str, *, credit: int = 0) -> Caller:
    """A user of that name, who was given credits."""
    if credit:
        grant = {"owner": name, "amount": str(credit), "requestId": "first"}
        assert (await operator(system, http).post(f"{CREDITS}/GrantCredits", grant)).status_code == 200
    return user(system, http, name)


async def made(caller: Caller, *, poses: list[str]) -> Any:
    """An image of each pose, once all have ended."""
    order = {"requestId": "first", "gallery": {"poseIds": poses}, "width": 64, "height": 64}
    created = await caller.post(f"{GENERATIONS}/CreateGeneration", order)
    name = created.json()["generation"]["generationId"]
    await caller.stream(f"{GENERATIONS}/WatchGeneration", {"generationId": name})
    return (await caller.post(f"{GENERATIONS}/GetGeneration", {"generationId": name})).json()["generation"]


async def test_an_image_is_ordered_watched_and_shown_to_whoever_has_its_address(
    system: System, http: httpx.AsyncClient
) -> None:
    ann = await caller(system, http, "ann", credit=3)
    order = {
        "requestId": "first",
        "gallery": {"poseIds": ["standing"]},
        "variations": 2,
        "width": 128,
        "height": 128,
        "exports": [{"preset": "EXPORT_PRESET_SQUARE", "format": "IMAGE_FORMAT_WEBP"}],
    }

    created = await ann.post(f"{GENERATIONS}/CreateGeneration", order)
    name = created.json()["generation"]["generationId"]
    watched = await ann.stream(f"{GENERATIONS}/WatchGeneration", {"generationId": name})
    got = await ann.post(f"{GENERATIONS}/GetGeneration", {"generationId": name})
    ended = got.json()["generation"]
    pictures = [one[kind] for one in ended["variations"] for kind in ("original", "thumbnail")]
    exports = [export["image"] for one in ended["variations"] for export in one["exports"]]
    shown = [await http.get(picture["url"]) for picture in pictures + exports]

    assert watched[-1]["generation"]["state"] == ended["state"] == "GENERATION_STATE_SUCCEEDED"
    assert ended["progress"] == {"done": "2", "total": "2"}
    assert [one.status_code for one in shown] == [200] * 6
    assert [hashlib.sha256(one.content).hexdigest() for one in shown] == [one["sha256"] for one in pictures + exports]
    assert [one.headers["content-type"] for one in shown] == ["image/png"] * 4 + ["image/webp"] * 2


async def test_an_address_is_good_for_its_picture_alone_and_for_what_a_browser_asks(
    system: System, http: httpx.AsyncClient
) -> None:
    bea = await caller(system, http, "bea", credit=1)
    generation = await made(bea, poses=["waving"])
    [variation] = generation["variations"]
    image, wanted = variation["original"], {"generationId": generation["generationId"]}

    whole = await http.get(image["url"])
    known = await http.get(image["url"], headers={"if-none-match": f'"{image["sha256"]}"'})
    part = await http.get(image["url"], headers={"range": "bytes=1-3"})
    forged = await http.get(image["url"].replace(image["sha256"], "0" * 64))
    downloaded = await bea.stream(f"{GENERATIONS}/DownloadImage", wanted | {"sha256": image["sha256"]})

    assert (known.status_code, part.status_code, part.content) == (304, 206, b"PNG")
    assert (forged.status_code, info(forged)["reason"]) == (403, "MEDIA_ADDRESS_INVALID")
    assert b"".join(base64.b64decode(one["data"]) for one in downloaded) == whole.content


async def test_a_job_of_an_image_is_found_by_its_name_at_the_gateway(system: System, http: httpx.AsyncClient) -> None:
    cid = await caller(system, http, "cid", credit=1)
    generation = await made(cid, poses=["batting"])
    [variation] = generation["variations"]

    found = await cid.post(f"{JOBS}/GetJob", {"name": variation["job"]})
    listed = await cid.post(f"{JOBS}/ListJobs", {"parent": "generator"})

    assert variation["job"].startswith("generator/jobs/")
    assert (found.json()["job"]["kind"], found.json()["job"]["state"]) == ("variation", "STATE_SUCCEEDED")
    assert [one["name"] for one in listed.json()["jobs"]] == [variation["job"]]


async def test_without_credits_the_answer_says_so_and_with_them_every_one_is_accounted_for(
    system: System, http: httpx.AsyncClient
) -> None:
    poor = await caller(system, http, "poor")
    dan = await caller(system, http, "dan", credit=2)
    order = {"requestId": "first", "text": {"prompt": "a pitcher"}, "variations": 1, "width": 64, "height": 64}

    refused = await poor.post(f"{GENERATIONS}/CreateGeneration", order)
    created = await dan.post(f"{GENERATIONS}/CreateGeneration", order)
    name = created.json()["generation"]["generationId"]
    await dan.stream(f"{GENERATIONS}/WatchGeneration", {"generationId": name})
    balance = await dan.post(f"{CREDITS}/GetBalance", {})
    entries = await dan.post(f"{CREDITS}/ListEntries", {})
    again = await dan.post(f"{GENERATIONS}/RetryGeneration", {"generationId": name})
    strangers = await poor.post(f"{GENERATIONS}/GetGeneration", {"generationId": name})

    assert (refused.status_code, info(refused)["reason"]) == (400, "CREDITS_EXHAUSTED")
    assert "google.rpc.QuotaFailure" in [one["type"] for one in refused.json()["details"]]
    assert balance.json()["balance"] == {"owner": "dan", "available": "1", "reserved": "0"}
    assert sum(int(one["amount"]) for one in entries.json()["entries"]) == 1
    assert (again.status_code, again.json()["code"]) == (400, "failed_precondition")
    assert strangers.status_code == 404


async def test_poses_are_listed_and_imported_by_json(system: System, http: httpx.AsyncClient) -> None:
    eve = await caller(system, http, "eve")
    built_in = await eve.post(f"{POSES}/GetPose", {"poseId": "standing"})
    record = {"poseId": "eves-own", "name": "Mine", "skeleton": built_in.json()["pose"]["skeleton"]}

    [imported] = await eve.stream(f"{POSES}/ImportPoses", {"records": {"records": [record]}})
    listed = await eve.post(f"{POSES}/ListPoses", {"pageSize": 500})

    ids = [one["poseId"] for one in listed.json()["poses"]]
    assert imported["inserted"] == "1"
    assert {"standing", "eves-own"} <= set(ids)
