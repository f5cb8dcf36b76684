"""What tests do to jobs beside what they test, by calls: the command line takes a second to start."""

import asyncio

from atelier.jobs.v1 import jobs_service_pb2 as pb

from tests.e2e.conftest import System

PATIENCE_SECONDS = 60.0
QUEUE = "resolver/queues/scan"


async def waiting_job(system: System, owner: str = "") -> str:
    """The name of the one job that waits for a worker, once it is there; `owner`: of those of this one."""
    request = pb.ListJobsRequest(parent="resolver", states=[pb.STATE_QUEUED], owner=owner)
    async with asyncio.timeout(PATIENCE_SECONDS), system.jobs() as stub:
        while True:
            jobs = (await stub.ListJobs(request)).jobs
            if jobs:
                [job] = jobs
                return str(job.name)


async def pause(system: System, queue: str = QUEUE) -> None:
    """Hold scans back, or the jobs of another queue."""
    async with system.jobs() as stub:
        await stub.PauseQueue(pb.PauseQueueRequest(name=queue))


async def resume(system: System, queue: str = QUEUE) -> None:
    """Let them go on, once the service answers."""
    async with system.jobs() as stub:
        await stub.ResumeQueue(pb.ResumeQueueRequest(name=queue))
