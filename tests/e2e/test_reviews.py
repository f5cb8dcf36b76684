"""Reviews from code to findings: by gRPC through the gateway, and by nothing but HTTP and JSON."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.reviewer.v1 import review_service_pb2 as pb
from atelier.reviewer.v1.review_service_pb2_grpc import ReviewServiceStub

from chassis.auth import Role
from chassis.client import open_channel, token_interceptors
from tests.e2e.callers import Caller, operator, user
from tests.e2e.conftest import System
from tests.e2e.watching import pause, resume
from tests.integration.gateway.rig import info
from tests.invented_secrets import invented_secrets

REVIEWS = "/atelier.reviewer.v1.ReviewService"
REPOSITORIES = "/atelier.reviewer.v1.RepositoryService"
QUOTAS = "/atelier.reviewer.v1.QuotaService"
QUEUE = "reviewer/queues/review"
BROKEN = "import os\n\n\ndef answer(question):\n    return eval(question)\n"
EVAL = "pylint/eval-used"
MENDED = "import os\n\n\ndef answer(question):\n    return str(question)\n"


@pytest.fixture
async def held(system: System) -> AsyncIterator[None]:
    """Nothing is reviewed for the test's time."""
    await pause(system, QUEUE)
    yield
    await resume(system, QUEUE)


@asynccontextmanager
async def stub(system: System, subject: str) -> AsyncIterator[ReviewServiceStub]:
    interceptors = token_interceptors(system.stack.token(Role.USER, subject=subject))
    async with open_channel(
        system.stack.gateway_address, package="atelier.reviewer.v1", interceptors=interceptors
    ) as channel:
        yield ReviewServiceStub(channel)


def order(request_id: str, **files: str) -> dict[str, Any]:
    """A request to review Python files, given by their names without the ending."""
    told = [{"path": f"{name}.py", "content": encoded(text)} for name, text in files.items()]
    return {"requestId": request_id, "project": "shop", "review": {"files": told}}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def reviewed(caller: Caller, asked: Any) -> Any:
    """A review with its files, once it has ended."""
    created = await caller.post(f"{REVIEWS}/CreateReview", asked)
    assert created.status_code == 200, created.text
    return await ended(caller, created.json()["review"])


async def reviewed_snapshot(caller: Caller, repository_id: str, files: dict[str, str]) -> Any:
    """A review of a snapshot of these files, once it has ended."""
    told = [{"path": path, "content": encoded(text)} for path, text in files.items()]
    messages = [{"head": {"repositoryId": repository_id}}, {"files": {"files": told}}]
    [taken] = await caller.stream(f"{REPOSITORIES}/CreateSnapshot", *messages)
    asked = {"requestId": taken["snapshot"]["snapshotId"], "snapshotId": taken["snapshot"]["snapshotId"]}
    created = await caller.post(f"{REPOSITORIES}/ReviewSnapshot", asked)
    assert created.status_code == 200, created.text
    return await ended(caller, created.json()["review"])


async def ended(caller: Caller, review: Any) -> Any:
    wanted = {"reviewId": review["reviewId"]}
    await caller.stream(f"{REVIEWS}/WatchReview", wanted)
    return (await caller.post(f"{REVIEWS}/GetReview", wanted)).json()["review"]


def statuses(review: Any) -> dict[str, str]:
    """What became of each finding, by its rule."""
    return {one["rule"]: one["status"].removeprefix("FINDING_STATUS_") for one in findings(review)}


def findings(review: Any) -> list[Any]:
    return [one for file in review["files"] for one in file["findings"]]


async def test_a_python_file_is_reviewed_by_grpc_and_watched_to_its_end(system: System) -> None:
    file = pb.SourceFile(path="answer.py", content=BROKEN.encode())
    request = pb.CreateReviewRequest(request_id="first", project="shop", review=pb.FileTarget(files=[file]))

    async with stub(system, "fay") as reviews:
        created = (await reviews.CreateReview(request)).review
        again = (await reviews.CreateReview(request)).review
        watch = reviews.WatchReview(pb.WatchReviewRequest(review_id=created.review_id))
        watched = [answer.review async for answer in watch]
        got = (await reviews.GetReview(pb.GetReviewRequest(review_id=created.review_id))).review
        listed = (await reviews.ListReviews(pb.ListReviewsRequest(project="shop"))).reviews

    assert again.review_id == created.review_id
    assert (got.state, got.kind, got.progress.done) == (pb.REVIEW_STATE_SUCCEEDED, "review", 1)
    [reviewed_file] = [file for review in watched for file in review.files]
    assert reviewed_file == got.files[0]
    assert {"ruff"} <= {run.tool for run in reviewed_file.coverage.tools}
    assert reviewed_file.coverage.model.status == pb.ModelRun.STATUS_NONE
    assert {(one.rule, one.status) for one in reviewed_file.findings} >= {(EVAL, pb.FINDING_STATUS_NEW)}
    assert [one.review_id for one in listed] == [created.review_id]
    async with system.jobs() as jobs:
        job = (await jobs.GetJob(jobs_pb.GetJobRequest(name=reviewed_file.job))).job
    assert (job.kind, job.state) == ("review", jobs_pb.STATE_SUCCEEDED)


async def test_a_second_review_tells_what_is_new_what_persists_and_what_is_fixed(
    system: System, http: httpx.AsyncClient
) -> None:
    gil = user(system, http, "gil")
    first = await reviewed(gil, order("1", a=BROKEN))

    same = await reviewed(gil, order("2", a=BROKEN))
    moved = await reviewed(gil, order("3", a=f"# A line more.\n{BROKEN}"))
    mended = await reviewed(gil, order("4", a=MENDED))
    after = await reviewed(gil, order("5", a=MENDED))

    assert statuses(first)[EVAL] == "NEW"
    assert set(statuses(same).values()) == set(statuses(moved).values()) == {"PERSISTING"}
    assert same["files"][0]["job"] == ""
    assert [one["fingerprint"] for one in findings(moved)] == [one["fingerprint"] for one in findings(first)]
    assert (statuses(mended)[EVAL], mended["counts"]["fixed"]) == ("FIXED", 1)
    assert EVAL not in statuses(after)


async def test_a_dismissed_finding_stays_dismissed_in_later_reviews(system: System, http: httpx.AsyncClient) -> None:
    hal, ida = user(system, http, "hal"), user(system, http, "ida")
    first = await reviewed(hal, order("1", a=BROKEN))
    [finding] = [one for one in findings(first) if one["rule"] == EVAL]
    dismissal = {"findingId": finding["findingId"], "reason": "It is our own code."}

    strangers = await ida.post(f"{REVIEWS}/DismissFinding", dismissal)
    dismissed = await hal.post(f"{REVIEWS}/DismissFinding", dismissal)
    same = await reviewed(hal, order("2", a=BROKEN))
    other = await reviewed(hal, order("3", a=BROKEN.replace("import os\n", "import sys\n")))

    assert (strangers.status_code, info(strangers)["reason"]) == (404, "FINDING_NOT_FOUND")
    assert dismissed.json()["finding"]["status"] == "FINDING_STATUS_DISMISSED"
    for review in (same, other):
        assert statuses(review)[EVAL] == "DISMISSED"
        assert "It is our own code." in {one["dismissal"] for one in findings(review)}
        assert review["counts"]["dismissed"] == 1


async def test_findings_leave_as_valid_sarif(system: System, http: httpx.AsyncClient, shared_data: Path) -> None:
    path = shared_data / "sarif-schema-2.1.0.json"
    if not path.is_file():
        pytest.skip(f"the SARIF schema is not at {path}")
    jon = user(system, http, "jon")
    review = await reviewed(jon, order("1", a=BROKEN, b="def broken(:\n"))

    exported = await jon.post(f"{REVIEWS}/ExportSarif", {"reviewId": review["reviewId"]})

    document = json.loads(base64.b64decode(exported.json()["sarif"]))
    jsonschema.Draft7Validator(json.loads(path.read_text())).validate(document)
    told = {(one["rule"], one["fingerprint"]) for one in findings(review)}
    results = document["runs"][0]["results"]
    assert {(one["ruleId"], one["partialFingerprints"]["atelierFingerprint/v1"]) for one in results} == told
    assert exported.json()["leftOut"] == 0


@pytest.mark.usefixtures("held")
async def test_a_cancelled_review_gives_its_request_back(system: System, http: httpx.AsyncClient) -> None:
    kim = user(system, http, "kim")
    created = (await kim.post(f"{REVIEWS}/CreateReview", order("1", a=BROKEN, b=MENDED))).json()["review"]
    wanted = {"reviewId": created["reviewId"]}
    before = (await kim.post(f"{QUOTAS}/GetQuota", {})).json()["quota"]

    too_early = await kim.post(f"{REVIEWS}/ExportSarif", wanted)
    cancelled = await kim.post(f"{REVIEWS}/CancelReview", wanted)
    again = await kim.post(f"{REVIEWS}/CancelReview", wanted)
    watched = await kim.stream(f"{REVIEWS}/WatchReview", wanted)
    after = (await kim.post(f"{QUOTAS}/GetQuota", {})).json()["quota"]

    assert (before["requests"]["reserved"], before["requests"]["used"]) == ("1", "0")
    assert (too_early.status_code, info(too_early)["reason"]) == (400, "REVIEW_RUNNING")
    assert cancelled.json()["review"]["state"] == "REVIEW_STATE_CANCELLED"
    assert again.json() == cancelled.json()
    assert {file["state"] for file in watched[-1]["review"]["files"]} == {"REVIEW_STATE_CANCELLED"}
    assert (after["requests"]["reserved"], after["requests"]["used"]) == ("0", "0")


async def test_a_plan_is_an_operators_to_give_and_its_budget_is_counted(
    system: System, http: httpx.AsyncClient
) -> None:
    leo = user(system, http, "leo")
    plan = {"owner": "leo", "plan": "PLAN_PRO"}

    refused = await leo.post(f"{QUOTAS}/SetPlan", plan)
    given = await operator(system, http).post(f"{QUOTAS}/SetPlan", plan)
    await reviewed(leo, order("1", a=BROKEN))
    quota = (await leo.post(f"{QUOTAS}/GetQuota", {})).json()["quota"]

    assert (refused.status_code, given.status_code) == (403, 200)
    assert (quota["plan"], quota["tokens"]["limit"]) == ("PLAN_PRO", "500000")
    # Without a model no tokens are set aside.
    assert quota["tokens"] == {"limit": "500000", "used": "0", "reserved": "0"}
    assert (quota["requests"]["used"], quota["requests"]["reserved"]) == ("1", "0")


async def test_what_can_not_be_reviewed_is_skipped_by_name_and_secrets_are_told_without_their_text(
    system: System, http: httpx.AsyncClient
) -> None:
    mia = user(system, http, "mia")
    secret = invented_secrets()["aws-access-key"]
    asked = order("1", a=f'KEY = "{secret}"\n')
    asked["review"]["files"].append({"path": "b.bin", "content": base64.b64encode(b"\0\1\2").decode()})

    review = await reviewed(mia, asked)

    told, skipped = review["files"]
    assert review["outcome"] == "REVIEW_OUTCOME_DEGRADED"
    assert skipped["coverage"]["skipped"] != ""
    assert told["coverage"]["secrets"] > 0
    assert secret not in json.dumps(review)


async def test_an_error_is_a_review_of_one_part(system: System, http: httpx.AsyncClient) -> None:
    ned = user(system, http, "ned")
    files = [{"path": "a.py", "content": encoded(BROKEN)}]
    debug = {"files": files, "error": "NameError: name 'question' is not defined"}

    review = await reviewed(ned, {"requestId": "1", "project": "shop", "debug": debug})

    [part] = review["files"]
    assert (review["kind"], review["state"], part["path"]) == ("debug", "REVIEW_STATE_SUCCEEDED", "")


async def test_a_snapshot_is_reviewed_file_by_file_and_as_a_whole_and_its_unchanged_files_once(
    system: System, http: httpx.AsyncClient
) -> None:
    oda = user(system, http, "oda")
    created = await oda.post(f"{REPOSITORIES}/CreateRepository", {"name": "shop"})
    files = {"shop/a.py": "import shop.b\n", "shop/b.py": "import shop.a\n", "node_modules/x.js": "x()\n"}

    first = await reviewed_snapshot(oda, created.json()["repository"]["repositoryId"], files)
    second = await reviewed_snapshot(
        oda, created.json()["repository"]["repositoryId"], files | {"shop/c.py": "C = 1\n"}
    )

    assert [file["path"] for file in first["files"]] == ["shop/a.py", "shop/b.py", ""]
    assert "CATEGORY_ARCHITECTURE" in {one["category"] for one in first["files"][-1]["findings"]}
    assert [file["job"] == "" for file in second["files"]] == [True, True, False, False]
