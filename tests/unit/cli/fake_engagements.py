"""An EngagementService on a real socket whose streams tell what a test gives them."""

from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as pb
from atelier.engager.v1.engagement_service_pb2_grpc import EngagementServiceServicer

from chassis.errors import AtelierError
from tests.unit.cli.aborting import abort


def id_of(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012}"


def activity(number: int, state: Any = pb.ACTIVITY_STATE_WAITING) -> pb.Activity:
    """A like of a post; `number` makes its id."""
    return pb.Activity(activity_id=id_of(number), state=state, request=pb.NewActivity(post=f"posts/{number}"))


class FakeEngagements(EngagementServiceServicer):
    """Has the `activities`. `streams` are what WatchActivities sends, a list of answers for each call in turn.

    An error among them ends the stream there. Keeps what it was asked.
    """

    def __init__(self) -> None:
        self.activities: list[pb.Activity] = []
        self.streams: list[list[list[pb.Activity] | AtelierError]] = []
        self.requests: list[Any] = []

    async def ListActivities(self, request: Any, context: Any) -> Any:
        self.requests.append(pb.ListActivitiesRequest.FromString(request.SerializeToString()))
        return pb.ListActivitiesResponse(activities=self.activities)

    async def WatchActivities(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        for answer in self.streams.pop(0):
            if isinstance(answer, AtelierError):
                await abort(context, answer)
            else:
                yield pb.WatchActivitiesResponse(activities=answer)
