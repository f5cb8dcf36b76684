"""Each RPC of reviews: what it gives, and what it says to each kind of bad request."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import grpc
import pytest
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.jobs.v1.jobs_service_pb2_grpc import JobsServiceStub
from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
from atelier.reviewer.v1 import repository_service_pb2 as repository_pb
from atelier.reviewer.v1 import review_service_pb2 as pb
from atelier.reviewer.v1.quota_service_pb2_grpc import QuotaServiceStub
from atelier.reviewer.v1.repository_service_pb2_grpc import RepositoryServiceStub
from atelier.reviewer.v1.review_service_pb2_grpc import ReviewServiceStub
from google.rpc import error_details_pb2, status_pb2

from chassis.auth import Role, sign_token
from chassis.client import open_channel, service_config, token_interceptors
from tests.conftest import Schema, Servers
from tests.contract.conftest import SECRET, Served, refusal

INVALID, MISSING = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
SERVICES = [service for part in (pb, quota_pb, repository_pb) for service in part.DESCRIPTOR.services_by_name.values()]
NOBODY = "00000000-0000-4000-8000-000000000000"
MIB = 2**20


@dataclass(frozen=True)
class Stubs:
    """One caller's stubs."""

    reviews: ReviewServiceStub
    quotas: QuotaServiceStub
    jobs: JobsServiceStub


@pytest.fixture
async def ann(reviewer: Served) -> AsyncIterator[Stubs]:
    """A user."""
    async with _channel(reviewer, "ann") as channel:
        yield Stubs(ReviewServiceStub(channel), QuotaServiceStub(channel), JobsServiceStub(channel))


@pytest.fixture
async def bob(reviewer: Served) -> AsyncIterator[Stubs]:
    """Another user."""
    async with _channel(reviewer, "bob") as channel:
        yield Stubs(ReviewServiceStub(channel), QuotaServiceStub(channel), JobsServiceStub(channel))


@pytest.fixture
async def tables(servers: Servers, schema: Schema) -> AsyncIterator[Any]:
    """A connection beside the service's own."""
    connection = await asyncpg.connect(**servers.superuser, server_settings={"search_path": schema.name})
    yield connection
    await connection.close()


def _channel(served: Served, subject: str) -> Any:
    token = sign_token(SECRET, subject=subject, role=Role.USER, lifetime=timedelta(hours=1))
    return open_channel(served.address, package="atelier.reviewer.v1", interceptors=token_interceptors(token))


def source(path: str = "a.txt", content: bytes = b"Nothing to lint.\n", **more: Any) -> pb.SourceFile:
    return pb.SourceFile(path=path, content=content, **more)


def request(*files: pb.SourceFile, request_id: str = "r-1", **more: Any) -> pb.CreateReviewRequest:
    return pb.CreateReviewRequest(request_id=request_id, review=pb.FileTarget(files=files or [source()]), **more)


def debug(error: str = "Boom", *files: pb.SourceFile) -> pb.CreateReviewRequest:
    return pb.CreateReviewRequest(request_id="r-1", debug=pb.DebugTarget(files=files or [source()], error=error))


async def ended(stubs: Stubs, review: pb.Review) -> pb.Review:
    """The review with its files, once it has ended."""
    async for _ in stubs.reviews.WatchReview(pb.WatchReviewRequest(review_id=review.review_id)):
        pass
    got: pb.GetReviewResponse = await stubs.reviews.GetReview(pb.GetReviewRequest(review_id=review.review_id))
    return got.review


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (request(request_id=""), "request_id"),
        (request(request_id="x" * 101), "request_id"),
        (request(request_id="a\0"), "request_id"),
        (pb.CreateReviewRequest(request_id="r-1"), "target"),
        (request(project="x" * 201), "project"),
        (pb.CreateReviewRequest(request_id="r-1", review=pb.FileTarget()), "review.files"),
        (request(*(source(f"{number}.py") for number in range(101))), "review.files"),
        (request(source("/etc/passwd")), "review.files[0].path"),
        (request(source("a/../../b.py")), "review.files[0].path"),
        (request(source("a\\b.py")), "review.files[0].path"),
        (request(source("a//b.py")), "review.files[0].path"),
        (request(source("x" * 1001)), "review.files[0].path"),
        (request(source(), source()), "review.files[1].path"),
        (request(source(content=b"x" * (MIB + 1))), "review.files[0].content"),
        (request(*(source(f"{number}.py", b"x" * MIB) for number in range(5))), "review.files"),
        (request(source(changed=[pb.LineRange(start_line=0, end_line=1)])), "review.files[0].changed[0].start_line"),
        (request(source(changed=[pb.LineRange(start_line=3, end_line=2)])), "review.files[0].changed[0]"),
        (request(secret_policy=9), "secret_policy"),
        (request(lane=9), "lane"),
        (debug(""), "debug.error"),
        (debug(" \n"), "debug.error"),
        (debug("x" * 20_001), "debug.error"),
        (debug("Boom", *(source(f"{number}.py") for number in range(21))), "debug.files"),
        (debug("Boom", source("a.py", b"x" * MIB), source("b.py", b"x")), "debug.files"),
    ],
)
async def test_create_names_the_field_that_is_wrong_and_writes_nothing(
    ann: Stubs, tables: Any, bad: pb.CreateReviewRequest, field: str
) -> None:
    error = await refusal(ann.reviews.CreateReview(bad))

    rows = await tables.fetchval(
        "SELECT (SELECT count(*) FROM reviews) + (SELECT count(*) FROM jobs) + (SELECT count(*) FROM entries)"
    )
    assert (error.code, set(error.fields), error.domain) == (INVALID, {field}, "reviewer.atelier")
    assert rows == 0


async def test_an_architecture_of_no_snapshot_is_not_found(ann: Stubs) -> None:
    target = pb.ArchitectureTarget(snapshot_id=NOBODY)

    error = await refusal(ann.reviews.CreateReview(pb.CreateReviewRequest(request_id="r-1", architecture=target)))

    assert (error.code, error.reason) == (MISSING, "SNAPSHOT_NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "message", "reason"),
    [
        ("GetReview", pb.GetReviewRequest(review_id=NOBODY), "REVIEW_NOT_FOUND"),
        ("CancelReview", pb.CancelReviewRequest(review_id=NOBODY), "REVIEW_NOT_FOUND"),
        ("ExportSarif", pb.ExportSarifRequest(review_id=NOBODY), "REVIEW_NOT_FOUND"),
        ("DismissFinding", pb.DismissFindingRequest(finding_id=NOBODY, reason="x"), "FINDING_NOT_FOUND"),
    ],
)
async def test_what_does_not_exist_is_not_found_and_a_name_that_is_none_is_invalid(
    ann: Stubs, method: str, message: Any, reason: str
) -> None:
    name = type(message)()
    name.CopyFrom(message)
    field = "finding_id" if method == "DismissFinding" else "review_id"
    setattr(name, field, "nobody")

    missing = await refusal(getattr(ann.reviews, method)(message))
    invalid = await refusal(getattr(ann.reviews, method)(name))

    assert (missing.code, missing.reason) == (MISSING, reason)
    assert (invalid.code, invalid.fields) == (INVALID, [field])


@pytest.mark.parametrize(
    ("method", "message", "field"),
    [
        ("GetReview", pb.GetReviewRequest(review_id=NOBODY, page_size=1001), "page_size"),
        ("GetReview", pb.GetReviewRequest(review_id=NOBODY, page_token="x"), "page_token"),
        ("ListReviews", pb.ListReviewsRequest(page_size=-1), "page_size"),
        ("ListReviews", pb.ListReviewsRequest(page_token="e30"), "page_token"),
        ("ListReviews", pb.ListReviewsRequest(state=9), "state"),  # type: ignore[arg-type]
        ("DismissFinding", pb.DismissFindingRequest(finding_id=NOBODY, reason=" "), "reason"),
        ("DismissFinding", pb.DismissFindingRequest(finding_id=NOBODY, reason="x" * 1001), "reason"),
    ],
)
async def test_other_calls_name_the_field_that_is_wrong(ann: Stubs, method: str, message: Any, field: str) -> None:
    error = await refusal(getattr(ann.reviews, method)(message))

    assert (error.code, error.fields, error.reason) == (INVALID, [field], error.reason)


async def test_one_request_id_is_one_review_and_other_content_under_it_is_refused(ann: Stubs, bob: Stubs) -> None:
    first = (await ann.reviews.CreateReview(request())).review
    again = (await ann.reviews.CreateReview(request())).review
    other = await refusal(ann.reviews.CreateReview(request(source("b.txt"))))
    bobs = (await bob.reviews.CreateReview(request())).review

    assert again.review_id == first.review_id != bobs.review_id
    assert (other.code, other.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_USED")


async def test_a_caller_sees_its_own_reviews_and_jobs_only(ann: Stubs, bob: Stubs) -> None:
    review = (await ann.reviews.CreateReview(request())).review
    own = await ended(ann, review)

    foreign = await refusal(bob.reviews.GetReview(pb.GetReviewRequest(review_id=review.review_id)))
    job = await refusal(bob.jobs.GetJob(jobs_pb.GetJobRequest(name=own.files[0].job)))
    listed = (await bob.reviews.ListReviews(pb.ListReviewsRequest())).reviews
    named = await refusal(bob.reviews.ListReviews(pb.ListReviewsRequest(owner="ann")))

    assert (foreign.code, job.code, list(listed)) == (MISSING, MISSING, [])
    assert named.code == grpc.StatusCode.PERMISSION_DENIED


async def test_a_budget_that_is_used_up_is_told_with_the_time_it_begins_anew(ann: Stubs, tables: Any) -> None:
    for number in range(2):
        await ann.reviews.CreateReview(request(request_id=f"r-{number}"))

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ann.reviews.CreateReview(request(request_id="r-2"))

    status = status_pb2.Status.FromString(dict(caught.value.trailing_metadata() or ())["grpc-status-details-bin"])
    info, quota, retry = error_details_pb2.ErrorInfo(), error_details_pb2.QuotaFailure(), error_details_pb2.RetryInfo()
    for message in (info, quota, retry):
        assert [detail.Unpack(message) for detail in status.details].count(True) == 1
    left = (await ann.quotas.GetQuota(quota_pb.GetQuotaRequest())).quota
    assert (caught.value.code(), info.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "BUDGET_EXHAUSTED")
    assert quota.violations[0].subject == "requests:ann"
    assert 0 < retry.retry_delay.seconds <= 31 * 24 * 3600
    assert (left.requests.limit, left.requests.used + left.requests.reserved) == (2, 2)
    assert await tables.fetchval("SELECT count(*) FROM reviews") == 2


async def test_files_are_told_page_by_page(ann: Stubs) -> None:
    review = (await ann.reviews.CreateReview(request(*(source(f"{number}.txt") for number in range(5))))).review
    whole, paths, token = await ended(ann, review), list[str](), ""

    while True:
        page = pb.GetReviewRequest(review_id=review.review_id, page_size=2, page_token=token)
        answer = await ann.reviews.GetReview(page)
        paths += [file.path for file in answer.review.files]
        token = answer.next_page_token
        if not token:
            break

    assert paths == [file.path for file in whole.files] == [f"{number}.txt" for number in range(5)]


async def test_what_has_ended_is_not_cancelled_and_its_job_is_not_retried(ann: Stubs) -> None:
    review = await ended(ann, (await ann.reviews.CreateReview(request())).review)

    cancelled = await refusal(ann.reviews.CancelReview(pb.CancelReviewRequest(review_id=review.review_id)))
    retried = await refusal(ann.jobs.RetryJob(jobs_pb.RetryJobRequest(name=review.files[0].job)))

    assert (cancelled.code, cancelled.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "REVIEW_ENDED")
    assert retried.code == grpc.StatusCode.FAILED_PRECONDITION


def test_every_service_is_named_in_the_service_config() -> None:
    config = service_config("atelier.reviewer.v1")

    for service in SERVICES:
        assert f"atelier.reviewer.v1.{service.name}" in config


async def test_a_snapshot_that_is_refused_says_why_to_a_caller_who_is_still_sending(reviewer: Served) -> None:
    head = repository_pb.CreateSnapshotRequest(head={"repository_id": NOBODY})
    files = [pb.SourceFile(path="a.py", content=b"x" * MIB)]
    more = repository_pb.CreateSnapshotRequest(files={"files": files})

    async def sending() -> AsyncIterator[repository_pb.CreateSnapshotRequest]:
        yield head
        for _ in range(50):
            await asyncio.sleep(0)
            yield more

    async def refused(stub: RepositoryServiceStub) -> grpc.StatusCode:
        with pytest.raises(grpc.aio.AioRpcError) as failure:
            await stub.CreateSnapshot(sending())
        return failure.value.code()

    async with _channel(reviewer, "ann") as channel:
        stub = RepositoryServiceStub(channel)
        codes = [await refused(stub) for _ in range(20)]

    assert codes == [MISSING] * 20
