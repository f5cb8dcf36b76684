"""Names of jobs and queues, `<service>/jobs/<uuid>` and `<service>/queues/<kind>`, as one service gives them."""

from uuid import UUID

from jobs.errors import JobNotFound, QueueNotFound, ServiceNotFound


class Names:
    """The names of one service. What belongs to another isn't found here."""

    def __init__(self, service: str) -> None:
        self._service = service

    def job(self, job_id: UUID) -> str:
        """A job's name."""
        return f"{self._service}/jobs/{job_id}"

    def queue(self, kind: str) -> str:
        """A queue's name."""
        return f"{self._service}/queues/{kind}"

    def job_id(self, name: str) -> UUID:
        """The id in a name that the proto's rule has passed. Raises JobNotFound for another service's."""
        service, _, plain = name.split("/")
        if service != self._service:
            raise JobNotFound(name)
        return UUID(plain)

    def kind(self, name: str) -> str:
        """The kind in a queue's name. Raises QueueNotFound for another service's."""
        service, _, kind = name.split("/")
        if service != self._service:
            raise QueueNotFound(name)
        return kind

    def check_parent(self, parent: str) -> None:
        """Raises ServiceNotFound for another service."""
        if parent != self._service:
            raise ServiceNotFound(parent)
