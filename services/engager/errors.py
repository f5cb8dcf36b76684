"""What can be wrong with a request to the engager that its proto's rules can't say."""

from chassis.errors import AlreadyExists, FailedPrecondition, NotFound

DOMAIN = "engager.atelier"


class PodNotFound(NotFound):
    """There is no such pod, or it is another owner's."""

    reason = "POD_NOT_FOUND"

    def __init__(self, field: str, pod_id: str) -> None:
        super().__init__(f"{field}: there is no pod {pod_id!r}.", metadata={"field": field, "pod_id": pod_id})


class AccountNotFound(NotFound):
    """There is no such account, or it is another owner's."""

    reason = "ACCOUNT_NOT_FOUND"

    def __init__(self, field: str, account_id: str) -> None:
        super().__init__(
            f"{field}: there is no account {account_id!r}.", metadata={"field": field, "account_id": account_id}
        )


class AccountExists(AlreadyExists):
    """The pod has an account of that name, which differs from the one asked for."""

    reason = "ACCOUNT_EXISTS"

    def __init__(self, account_id: str) -> None:
        super().__init__(
            "The pod has another account of that name; choose another one.",
            metadata={"field": "name", "account_id": account_id},
        )


class ActivityNotFound(NotFound):
    """There is no such activity, or it is another owner's."""

    reason = "ACTIVITY_NOT_FOUND"

    def __init__(self, activity_id: str) -> None:
        super().__init__(f"There is no activity {activity_id!r}.", metadata={"activity_id": activity_id})


class ActivityEnded(FailedPrecondition):
    """The activity can't be cancelled, as it is over."""

    reason = "ACTIVITY_ENDED"

    def __init__(self, activity_id: str, state: str) -> None:
        super().__init__(
            f"The activity has ended {state}; there is nothing to cancel.",
            metadata={"activity_id": activity_id, "state": state},
        )


class JobOfActivity(FailedPrecondition):
    """The job is an activity's, which has ended and told so; scheduling it for another time does it again."""

    reason = "JOB_OF_ACTIVITY"

    def __init__(self, activity_id: str) -> None:
        super().__init__(
            f"It is a job of the activity {activity_id}, which has ended; resume its account where that is held, "
            "or schedule another one.",
            metadata={"activity_id": activity_id},
        )
