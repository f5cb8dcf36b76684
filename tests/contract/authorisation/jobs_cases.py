"""The methods of jobs, which every service answers for its own: a job is its owner's, a queue the operators'."""

from collections.abc import Mapping

from atelier.jobs.v1 import jobs_service_pb2 as pb

from tests.contract.authorisation.case import Case, of_all, of_caller, of_one, of_owner
from tests.contract.authorisation.things import OWNER

QUEUES = {"resolver": "scan", "generator": "variation", "reviewer": "review", "engager": "activity"}
MISSING = "JOB_NOT_FOUND"


def cases_of(service: str) -> Mapping[str, list[Case]]:
    """The cases of the jobs of one service."""
    queue = f"{service}/queues/{QUEUES[service]}"
    return {
        "GetJob": [of_one(MISSING, lambda own: pb.GetJobRequest(name=own.waiting_jobs[service]))],
        "ListJobs": [
            of_owner(lambda _: pb.ListJobsRequest(parent=service, owner=OWNER)),
            of_caller(lambda _: pb.ListJobsRequest(parent=service)),
        ],
        "WatchJobs": [
            of_one(MISSING, lambda own: pb.WatchJobsRequest(parent=service, names=[own.ended_jobs[service]])),
            of_owner(lambda own: pb.WatchJobsRequest(parent=service, names=[own.ended_jobs[service]], owner=OWNER)),
        ],
        # What was cancelled by itself, or as part of something greater, has its service's own say.
        "CancelJob": [
            of_one(
                MISSING,
                lambda own: pb.CancelJobRequest(name=own.waiting_jobs[service]),
                granted=("OK", "FAILED_PRECONDITION"),
                shown=False,
            )
        ],
        "RetryJob": [
            of_one(
                MISSING,
                lambda own: pb.RetryJobRequest(name=own.waiting_jobs[service]),
                granted=("OK", "FAILED_PRECONDITION"),
                shown=False,
            )
        ],
        "GetQueue": [of_all(lambda _: pb.GetQueueRequest(name=queue))],
        "ListQueues": [of_all(lambda _: pb.ListQueuesRequest(parent=service))],
        "PauseQueue": [of_all(lambda _: pb.PauseQueueRequest(name=queue))],
        "ResumeQueue": [of_all(lambda _: pb.ResumeQueueRequest(name=queue))],
    }
