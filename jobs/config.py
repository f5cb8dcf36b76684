"""What a service that has jobs is told by its environment, beside its own."""

from pydantic import Field

from chassis.settings import ProcessSettings


class JobSettings(ProcessSettings):
    """Settings of a service with jobs; `grace_seconds` is also how long running jobs may take to end on SIGTERM."""

    lease_seconds: float = Field(
        15.0, ge=0.5, le=3600, description="How long a silent worker keeps its jobs; renewed every third of it."
    )
    stuck_seconds: float = Field(
        120.0, gt=0, description="A queue whose due jobs wait longer, while nothing moves, is stuck."
    )
