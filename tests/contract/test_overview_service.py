"""Each service's overview: what its own methods tell, in one call."""

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from atelier.engager.v1 import engagement_service_pb2 as activity_pb
from atelier.engager.v1 import overview_service_pb2 as engager_pb
from atelier.engager.v1.engagement_service_pb2_grpc import EngagementServiceStub
from atelier.engager.v1.overview_service_pb2_grpc import EngagerOverviewServiceStub
from atelier.generator.v1 import credit_service_pb2 as credit_pb
from atelier.generator.v1 import generation_service_pb2 as generation_pb
from atelier.generator.v1 import overview_service_pb2 as generator_pb
from atelier.generator.v1.credit_service_pb2_grpc import CreditServiceStub
from atelier.generator.v1.generation_service_pb2_grpc import GenerationServiceStub
from atelier.generator.v1.overview_service_pb2_grpc import GeneratorOverviewServiceStub
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.jobs.v1.jobs_service_pb2_grpc import JobsServiceStub
from atelier.resolver.v1 import overview_service_pb2 as resolver_pb
from atelier.resolver.v1 import resolver_service_pb2 as cards_pb
from atelier.resolver.v1 import scan_service_pb2 as scan_pb
from atelier.resolver.v1.overview_service_pb2_grpc import ResolverOverviewServiceStub
from atelier.resolver.v1.scan_service_pb2_grpc import ScanServiceStub
from atelier.reviewer.v1 import overview_service_pb2 as reviewer_pb
from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
from atelier.reviewer.v1 import review_service_pb2 as review_pb
from atelier.reviewer.v1.overview_service_pb2_grpc import ReviewerOverviewServiceStub
from atelier.reviewer.v1.quota_service_pb2_grpc import QuotaServiceStub
from atelier.reviewer.v1.review_service_pb2_grpc import ReviewServiceStub

from chassis.auth import Role
from tests.contract.conftest import Served, refusal

UNENDED = (jobs_pb.STATE_SCHEDULED, jobs_pb.STATE_QUEUED, jobs_pb.STATE_RUNNING)


async def pause(served: Served, queue: str) -> None:
    """Let what is accepted wait."""
    async with served.channel() as channel:
        await JobsServiceStub(channel).PauseQueue(jobs_pb.PauseQueueRequest(name=queue))


async def unended(channel: Any, service: str, *, cancelled: str) -> list[jobs_pb.Job]:
    """A caller's jobs that haven't ended after one was cancelled, of which there are some."""
    jobs = JobsServiceStub(channel)
    await jobs.CancelJob(jobs_pb.CancelJobRequest(name=cancelled))
    listed = await jobs.ListJobs(jobs_pb.ListJobsRequest(parent=service, states=UNENDED))
    assert listed.jobs
    return list(listed.jobs)


def scan(number: int) -> scan_pb.CreateScanRequest:
    evidence = cards_pb.ExternalId(source="shop", external_id="base1-58")
    detection = scan_pb.Detection(detection_id="a", external=evidence)
    return scan_pb.CreateScanRequest(request_id=f"{number}", detections=[detection])


async def test_a_resolvers_overview_has_the_collection_the_latest_scans_and_what_runs(served: Served) -> None:
    await pause(served, "resolver/queues/scan")
    async with served.channel(Role.USER, "ann") as channel:
        scans = ScanServiceStub(channel)
        created = [(await scans.CreateScan(scan(number))).scan for number in range(3)]
        jobs = await unended(channel, "resolver", cancelled=created[0].job)

        told = await ResolverOverviewServiceStub(channel).GetOverview(resolver_pb.GetOverviewRequest(latest=2))

        assert told.collection == await scans.GetCollection(scan_pb.GetCollectionRequest())
        assert list(told.scans) == [created[2], created[1]]
        assert list(told.running) == jobs


async def test_a_generators_overview_has_the_credits_the_latest_generations_and_what_runs(made: Served) -> None:
    await pause(made, "generator/queues/variation")
    async with made.channel() as channel:
        grant = credit_pb.GrantCreditsRequest(owner="ann", amount=10, request_id="g")
        await CreditServiceStub(channel).GrantCredits(grant)
    async with made.channel(Role.USER, "ann") as channel:
        generations = GenerationServiceStub(channel)
        waving = generation_pb.GallerySource(pose_ids=["waving"])
        asked = [generation_pb.CreateGenerationRequest(request_id=f"{number}", gallery=waving) for number in range(3)]
        created = [(await generations.CreateGeneration(one)).generation for one in asked]
        jobs = await unended(channel, "generator", cancelled=created[0].variations[0].job)

        told = await GeneratorOverviewServiceStub(channel).GetOverview(generator_pb.GetOverviewRequest(latest=2))

        listed = await generations.ListGenerations(generation_pb.ListGenerationsRequest(page_size=2))
        assert told.credits == (await CreditServiceStub(channel).GetBalance(credit_pb.GetBalanceRequest())).balance
        assert list(told.generations) == list(listed.generations)
        assert list(told.running) == jobs


async def test_a_reviewers_overview_has_the_budgets_the_latest_reviews_and_what_runs(reviewer: Served) -> None:
    await pause(reviewer, "reviewer/queues/review")
    async with reviewer.channel(Role.USER, "ann") as channel:
        reviews = ReviewServiceStub(channel)
        file = review_pb.SourceFile(path="a.txt", content=b"Nothing to lint.\n")
        asked = [
            review_pb.CreateReviewRequest(request_id=f"{number}", review=review_pb.FileTarget(files=[file]))
            for number in range(2)
        ]
        created = [(await reviews.CreateReview(one)).review for one in asked]
        jobs = await unended(channel, "reviewer", cancelled=created[0].files[0].job)

        told = await ReviewerOverviewServiceStub(channel).GetOverview(reviewer_pb.GetOverviewRequest(latest=1))

        listed = await reviews.ListReviews(review_pb.ListReviewsRequest(page_size=1))
        assert told.quota == (await QuotaServiceStub(channel).GetQuota(quota_pb.GetQuotaRequest())).quota
        assert list(told.reviews) == list(listed.reviews)
        assert list(told.running) == jobs


async def test_an_engagers_overview_has_the_next_activities_and_what_runs(engager: Served) -> None:
    async with engager.channel(Role.USER, "ann") as channel:
        engagements = EngagementServiceStub(channel)
        pod_id = (await engagements.CreatePod(activity_pb.CreatePodRequest(name="cats"))).pod.pod_id
        tom = activity_pb.CreateAccountRequest(pod_id=pod_id, name="tom", dry_run=activity_pb.DryRunConnector())
        account_id = (await engagements.CreateAccount(tom)).account.account_id
        likes = [like(pod_id, account_id, day) for day in (3, 1, 2)]
        accepted = await engagements.ScheduleActivities(activity_pb.ScheduleActivitiesRequest(activities=likes))
        third, first, second = [result.activity for result in accepted.results]
        cancellation = activity_pb.CancelActivityRequest(activity_id=first.activity_id)
        await engagements.CancelActivity(cancellation)
        jobs = JobsServiceStub(channel)

        told = await EngagerOverviewServiceStub(channel).GetOverview(engager_pb.GetOverviewRequest(latest=1))
        all_told = await EngagerOverviewServiceStub(channel).GetOverview(engager_pb.GetOverviewRequest())

        listed = await jobs.ListJobs(jobs_pb.ListJobsRequest(parent="engager", states=UNENDED))
        assert list(told.activities) == [second]
        assert list(all_told.activities) == [second, third]
        assert sorted(job.name for job in all_told.running) == sorted([second.job, third.job])
        assert list(all_told.running) == list(listed.jobs)
        assert list(told.running) == list(listed.jobs)[:1]
        assert told.unended == jobs_pb.UnendedJobs(scheduled=2)


def like(pod_id: str, account_id: str, days: int) -> activity_pb.NewActivity:
    due, kind = datetime.now(UTC) + timedelta(days=days), activity_pb.ACTIVITY_KIND_LIKE
    return activity_pb.NewActivity(pod_id=pod_id, account_id=account_id, post=f"{days}", kind=kind, due_time=due)


async def test_an_overview_tells_the_latest_five_unless_asked_for_more_and_counts_all_jobs(served: Served) -> None:
    await pause(served, "resolver/queues/scan")
    async with served.channel(Role.USER, "ann") as channel:
        ended = await ScanServiceStub(channel).CreateScan(scan(0))
        await JobsServiceStub(channel).CancelJob(jobs_pb.CancelJobRequest(name=ended.scan.job))
        for number in range(1, 8):
            created = await ScanServiceStub(channel).CreateScan(scan(number))
        overviews = ResolverOverviewServiceStub(channel)

        told = await overviews.GetOverview(resolver_pb.GetOverviewRequest())
        more = await overviews.GetOverview(resolver_pb.GetOverviewRequest(latest=6))

    assert (len(told.scans), len(told.running)) == (5, 5)
    assert (len(more.scans), len(more.running)) == (6, 6)
    assert (told.scans[0].scan_id, told.running[0].name) == (created.scan.scan_id, created.scan.job)
    assert told.unended == more.unended == jobs_pb.UnendedJobs(queued=7)


@pytest.mark.parametrize("latest", [-1, 51])
async def test_an_overview_of_too_many_is_refused(served: Served, latest: int) -> None:
    async with served.channel(Role.USER, "ann") as channel:
        error = await refusal(
            ResolverOverviewServiceStub(channel).GetOverview(resolver_pb.GetOverviewRequest(latest=latest))
        )

    assert (error.code, error.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ["latest"])
