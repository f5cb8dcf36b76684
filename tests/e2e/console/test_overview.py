"""What the console tells first."""

from atelier.gateway.v1.gateway_service_pb2 import GetOverviewResponse
from atelier.jobs.v1.jobs_service_pb2 import STATE_QUEUED, Job, UnendedJobs
from playwright.async_api import Route, expect

from tests.e2e.console.visitor import Visitor


async def get_overview(route: Route) -> None:
    """One job of three that haven't ended."""
    waiting = Job(name="resolver/jobs/00000000-0000-7000-8000-000000000000", kind="scan", state=STATE_QUEUED)
    answer = GetOverviewResponse(running=[waiting], unended=UnendedJobs(scheduled=1, queued=1, running=1))
    await route.fulfill(body=answer.SerializeToString(), content_type="application/proto")


async def test_jobs_that_wait_are_not_told_as_running_and_those_left_out_are_counted(user: Visitor) -> None:
    await user.page.route("**/*.GatewayService/GetOverview", get_overview)
    await user.page.reload()

    jobs = user.region("Jobs that haven’t ended")

    await expect(jobs.get_by_role("listitem")).to_contain_text("queued")
    await expect(jobs.get_by_text("1 of 3 jobs: 1 running, 1 queued, 1 scheduled.", exact=True)).to_be_visible()
