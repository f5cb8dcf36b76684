"""jobs.v1.JobsService: proto in, use case, proto out."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from atelier.jobs.v1 import jobs_service_pb2 as pb
from atelier.jobs.v1 import jobs_service_pb2_grpc as pb_grpc

from chassis.auth import Role
from jobs import messages
from jobs.names import Names
from jobs.operating import Operating
from jobs.queues import Queues
from jobs.watching import Watching

SERVICE_NAME = "atelier.jobs.v1.JobsService"
ROLES: Mapping[str, frozenset[Role]] = {
    "GetQueue": frozenset({Role.OPERATOR, Role.SERVICE}),
    "ListQueues": frozenset({Role.OPERATOR, Role.SERVICE}),
    "PauseQueue": frozenset({Role.OPERATOR}),
    "ResumeQueue": frozenset({Role.OPERATOR}),
}


class JobsServicer(pb_grpc.JobsServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(self, *, names: Names, operating: Operating, watching: Watching, queues: Queues) -> None:
        self._names = names
        self._operating = operating
        self._watching = watching
        self._queues = queues

    async def GetJob(self, request: pb.GetJobRequest, context: Any) -> pb.GetJobResponse:
        row = await self._operating.get_job(request.name)
        return pb.GetJobResponse(job=messages.job_message(row, self._names))

    async def ListJobs(self, request: pb.ListJobsRequest, context: Any) -> pb.ListJobsResponse:
        self._names.check_parent(request.parent)
        page = await self._operating.list_jobs(
            states=[messages.STATE_WORDS[state] for state in request.states],
            kind=request.kind,
            owner=request.owner,
            min_age=request.min_age.ToTimedelta(),
            size=request.page_size,
            token=request.page_token,
        )
        jobs = [messages.job_message(row, self._names) for row in page.rows]
        return pb.ListJobsResponse(jobs=jobs, next_page_token=page.next_token)

    async def WatchJobs(self, request: pb.WatchJobsRequest, context: Any) -> AsyncIterator[pb.WatchJobsResponse]:
        self._names.check_parent(request.parent)
        if request.names:
            changes = self._watching.watch_named(request.names, kind=request.kind, owner=request.owner)
        else:
            changes = self._watching.watch_all(kind=request.kind, owner=request.owner)
        async with aclosing(changes):
            async for rows in changes:
                yield pb.WatchJobsResponse(jobs=[messages.job_message(row, self._names) for row in rows])

    async def CancelJob(self, request: pb.CancelJobRequest, context: Any) -> pb.CancelJobResponse:
        row = await self._operating.cancel_job(request.name)
        return pb.CancelJobResponse(job=messages.job_message(row, self._names))

    async def RetryJob(self, request: pb.RetryJobRequest, context: Any) -> pb.RetryJobResponse:
        row = await self._operating.retry_job(request.name)
        return pb.RetryJobResponse(job=messages.job_message(row, self._names))

    async def GetQueue(self, request: pb.GetQueueRequest, context: Any) -> pb.GetQueueResponse:
        queue = await self._queues.get_queue(request.name)
        return pb.GetQueueResponse(queue=messages.queue_message(queue, self._names))

    async def ListQueues(self, request: pb.ListQueuesRequest, context: Any) -> pb.ListQueuesResponse:
        self._names.check_parent(request.parent)
        queues = await self._queues.list_queues()
        return pb.ListQueuesResponse(queues=[messages.queue_message(queue, self._names) for queue in queues])

    async def PauseQueue(self, request: pb.PauseQueueRequest, context: Any) -> pb.PauseQueueResponse:
        queue = await self._queues.pause_queue(request.name)
        return pb.PauseQueueResponse(queue=messages.queue_message(queue, self._names))

    async def ResumeQueue(self, request: pb.ResumeQueueRequest, context: Any) -> pb.ResumeQueueResponse:
        queue = await self._queues.resume_queue(request.name)
        return pb.ResumeQueueResponse(queue=messages.queue_message(queue, self._names))
