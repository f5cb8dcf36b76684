"""What can be wrong with a request about jobs and queues that its proto's rules can't say."""

from chassis.errors import FailedPrecondition, NotFound, PermissionDenied, Unavailable


class ServiceNotFound(NotFound):
    """The parent is another service; this one answers for itself only."""

    reason = "SERVICE_NOT_FOUND"

    def __init__(self, parent: str) -> None:
        super().__init__(f"There is no service {parent!r} here.", metadata={"parent": parent})


class JobNotFound(NotFound):
    """There is no such job, it was kept as long as it should be, or it is another owner's."""

    reason = "JOB_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no job {name!r}.", metadata={"name": name})


class QueueNotFound(NotFound):
    """The service has no jobs of that kind."""

    reason = "QUEUE_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no queue {name!r}.", metadata={"name": name})


class OwnerNotAllowed(PermissionDenied):
    """A user asked for what is somebody else's."""

    reason = "OWNER_NOT_ALLOWED"

    def __init__(self, owner: str) -> None:
        super().__init__(
            f"A user sees only what is its own; leave `owner` empty instead of {owner!r}.", metadata={"field": "owner"}
        )


class JobEnded(FailedPrecondition):
    """The job can't be cancelled, as it is over."""

    reason = "JOB_ENDED"

    def __init__(self, name: str, state: str) -> None:
        super().__init__(
            f"The job has ended {state}; there is nothing to cancel.", metadata={"name": name, "state": state}
        )


class JobNotRetryable(FailedPrecondition):
    """The job is in no state to be tried again: it waits, it runs, it is done, or nobody here knows its kind."""

    reason = "JOB_NOT_RETRYABLE"

    def __init__(self, name: str, state: str, why: str) -> None:
        super().__init__(
            f"The job is {state} and can't be tried again: {why}.", metadata={"name": name, "state": state}
        )


class Leaving(Unavailable):
    """This process ends; another, or the same one started again, goes on."""

    def __init__(self) -> None:
        super().__init__("This process is about to end; watch again.", reason="LEAVING", retry_seconds=0.5)
