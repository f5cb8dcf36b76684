"""An account that is asked for: its columns in their order."""

from typing import NamedTuple
from uuid import UUID

from atelier.engager.v1 import engagement_service_pb2 as pb

from services.engager.words import Connects, LinkPolicy


class NewAccount(NamedTuple):
    """See create_account.sql. What a webhook has is empty where there is none; quiet minutes are both or none."""

    pod_id: UUID
    name: str
    connector: str
    url: str
    secret: str
    status_url: str
    per_hour: int
    per_day: int
    quiet_start: int | None
    quiet_end: int | None
    zone: str
    links: str


def new_account(request: pb.CreateAccountRequest) -> NewAccount:
    """What a request that is valid by the proto's rules asks for."""
    quiet = request.quiet_hours if request.HasField("quiet_hours") else None
    return NewAccount(
        pod_id=UUID(request.pod_id),
        name=request.name,
        connector=Connects[request.WhichOneof("connector").upper()],
        url=request.webhook.url,
        secret=request.webhook.secret,
        status_url=request.webhook.status_url,
        per_hour=request.per_hour,
        per_day=request.per_day,
        quiet_start=None if quiet is None else quiet.start_minute,
        quiet_end=None if quiet is None else quiet.end_minute,
        zone=request.zone or "UTC",
        links=LinkPolicy.ALLOW if request.links == pb.LINK_POLICY_ALLOW else LinkPolicy.FORBID,
    )
