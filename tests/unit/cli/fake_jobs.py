"""A JobsService on a real socket that holds what a test gives it."""

from typing import Any

from atelier.jobs.v1 import jobs_service_pb2 as pb
from atelier.jobs.v1.jobs_service_pb2_grpc import JobsServiceServicer

from chassis.errors import AtelierError, FailedPrecondition, NotFound, Unavailable
from tests.unit.cli.aborting import abort

LOST = Unavailable("The service is leaving.")


def name_of(number: int, service: str = "resolver") -> str:
    return f"{service}/jobs/00000000-0000-7000-8000-{number:012}"


def job(number: int, state: Any = pb.STATE_RUNNING, *, done: int = 0, **fields: Any) -> pb.Job:
    """A scan's job; `number` makes its name."""
    return pb.Job(
        name=name_of(number),
        kind="scan",
        owner="ash",
        state=state,
        lane=pb.LANE_NORMAL,
        progress=pb.Progress(done=done, total=10),
        attempt=1,
        max_attempts=5,
        **fields,
    )


class FakeJobs(JobsServiceServicer):
    """Answers of its jobs and queues. `streams` are what WatchJobs sends, a list of answers for each call in turn.

    An error among them ends the stream there.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, pb.Job] = {}
        self.queues: list[pb.Queue] = []
        self.streams: list[list[Any]] = []
        self.requests: list[Any] = []

    async def GetJob(self, request: Any, context: Any) -> Any:
        return pb.GetJobResponse(job=await self._find(request, context))

    async def ListJobs(self, request: Any, context: Any) -> Any:
        self.requests.append(pb.ListJobsRequest.FromString(request.SerializeToString()))
        jobs, first = list(self.jobs.values()), int(request.page_token or 0)
        last = first + request.page_size
        token = str(last) if last < len(jobs) else ""
        return pb.ListJobsResponse(jobs=jobs[first:last], next_page_token=token)

    async def WatchJobs(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        for answer in self.streams.pop(0):
            if isinstance(answer, AtelierError):
                await abort(context, answer)
            yield pb.WatchJobsResponse(jobs=answer)

    async def CancelJob(self, request: Any, context: Any) -> Any:
        found = await self._find(request, context)
        if found.state == pb.STATE_SUCCEEDED:
            await abort(context, FailedPrecondition(f"{request.name} has SUCCEEDED already."))
        found.state = pb.STATE_CANCELLED
        return pb.CancelJobResponse(job=found)

    async def RetryJob(self, request: Any, context: Any) -> Any:
        found = await self._find(request, context)
        found.state = pb.STATE_QUEUED
        return pb.RetryJobResponse(job=found)

    async def ListQueues(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        return pb.ListQueuesResponse(queues=self.queues)

    async def PauseQueue(self, request: Any, context: Any) -> Any:
        return pb.PauseQueueResponse(queue=self._queue(request.name, paused=True))

    async def ResumeQueue(self, request: Any, context: Any) -> Any:
        return pb.ResumeQueueResponse(queue=self._queue(request.name, paused=False))

    async def _find(self, request: Any, context: Any) -> pb.Job:
        self.requests.append(request)
        if request.name not in self.jobs:
            await abort(context, NotFound(f"There is no job {request.name}."))
        return self.jobs[request.name]

    def _queue(self, name: str, *, paused: bool) -> pb.Queue:
        found = next(queue for queue in self.queues if queue.name == name)
        found.paused = paused
        return found
