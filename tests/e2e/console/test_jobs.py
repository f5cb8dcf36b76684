"""The jobs of all services in the console: as they change, steered, and while a service is away."""

import os
import signal
from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Locator, expect

from tests.e2e.callers import user as caller
from tests.e2e.conftest import System
from tests.e2e.console.visitor import Visitor
from tests.e2e.watching import pause, resume

SCANS = "/atelier.resolver.v1.ScanService"


@pytest.fixture
async def held(system: System) -> AsyncIterator[None]:
    """No scan is worked on for the test's time."""
    await pause(system)
    yield
    await resume(system)


async def submit_scan(visitor: Visitor, http: httpx.AsyncClient) -> Locator:
    """A scan of the visitor's, by another door; its job's row on the page."""
    order = {"requestId": "first", "detections": [{"detectionId": "1"}]}
    answer = await caller(visitor.system, http, visitor.name).post(f"{SCANS}/CreateScan", order)
    job = answer.json()["scan"]["job"]
    return visitor.region("resolver").get_by_role("listitem").filter(has_text=job[-12:])


@pytest.mark.usefixtures("held")
async def test_a_job_is_cancelled_retried_and_seen_to_its_end(user: Visitor, http: httpx.AsyncClient) -> None:
    await user.go("Jobs")

    row = await submit_scan(user, http)
    await expect(row).to_contain_text("queued")
    await row.get_by_role("button", name="Cancel").click()
    await expect(row).to_contain_text("cancelled")
    await row.get_by_role("button", name="Retry").click()
    await expect(row).to_contain_text("queued")
    await resume(user.system)

    await expect(row).to_contain_text("succeeded")
    await expect(row.get_by_role("progressbar", name="Progress of scan")).to_have_attribute("value", "1")


async def test_an_operator_sees_every_queue(operator: Visitor) -> None:
    await operator.go("Jobs")

    for service, queue in (("resolver", "scan"), ("generator", "variation"), ("reviewer", "review")):
        table = operator.region(f"Queues of {service}")
        await expect(table.get_by_role("rowheader", name=queue, exact=True)).to_be_visible()


async def test_a_frozen_service_is_told_in_its_place_while_others_go_on_and_comes_back(
    user: Visitor, http: httpx.AsyncClient
) -> None:
    await user.go("Jobs")
    frozen, others = user.region("engager"), user.region("resolver")
    await expect(frozen).to_contain_text("serving")

    os.kill(user.system.stack.pid("engager"), signal.SIGSTOP)
    try:
        await expect(frozen).to_contain_text("away")
        await expect(user.page.get_by_role("banner")).to_contain_text("Away: engager")
        row = await submit_scan(user, http)
        await expect(row).to_contain_text("succeeded")
        await expect(others).to_contain_text("serving")
        await user.go("Overview")
        await expect(user.region("Next activities")).to_contain_text("away")
        await expect(user.region("Latest scans")).to_contain_text("succeeded")
    finally:
        os.kill(user.system.stack.pid("engager"), signal.SIGCONT)

    await expect(user.region("Next activities")).to_contain_text("None yet.")
    await user.go("Jobs")
    await expect(frozen).to_contain_text("serving")


async def test_a_killed_service_costs_a_pause_and_its_jobs_are_live_again(
    user: Visitor, http: httpx.AsyncClient
) -> None:
    await user.go("Jobs")
    await expect(user.region("resolver")).to_contain_text("No jobs.")

    os.kill(user.system.stack.pid("resolver"), signal.SIGKILL)
    await expect(user.region("resolver")).to_contain_text("away")
    await expect(user.region("generator")).to_contain_text("serving")
    await expect(user.region("resolver")).to_contain_text("serving")
    row = await submit_scan(user, http)

    await expect(row).to_contain_text("succeeded")


async def test_a_limit_that_is_used_up_is_told_and_is_no_absence(user: Visitor) -> None:
    reason = {"type": "google.rpc.ErrorInfo", "value": "", "debug": {"reason": "RATE_LIMITED"}}
    refused = {"code": "resource_exhausted", "message": "There were too many calls.", "details": [reason]}
    await user.page.route("**/*.JobsService/ListJobs", lambda route: route.fulfill(status=429, json=refused))

    await user.go("Jobs")

    await expect(user.region("resolver")).to_contain_text("There were too many calls.")
    await expect(user.region("resolver").get_by_role("heading", level=2)).to_contain_text("resolver serving")
