"""Poses, credits and card art on a real socket, by rule."""

import hashlib
from typing import Any

from atelier.generator.v1 import card_art_service_pb2 as art
from atelier.generator.v1 import credit_service_pb2 as credit
from atelier.generator.v1 import pose_service_pb2 as pose
from atelier.generator.v1.card_art_service_pb2_grpc import CardArtServiceServicer
from atelier.generator.v1.credit_service_pb2_grpc import CreditServiceServicer
from atelier.generator.v1.generation_service_pb2 import IMAGE_FORMAT_PNG, Image
from atelier.generator.v1.pose_service_pb2_grpc import PoseServiceServicer

from chassis.errors import AtelierError, NotFound
from tests.unit.cli.aborting import abort


class FakePoses(PoseServiceServicer):
    """Has 700 poses; takes every file but its third pose. Keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.files: list[Any] = []

    async def ListPoses(self, request: Any, context: Any) -> Any:
        self.requests.append(pose.ListPosesRequest.FromString(request.SerializeToString()))
        first = int(request.page_token or 0)
        last = min(first + request.page_size, 700)
        token = str(last) if last < 700 else ""
        poses = [pose.Pose(pose_id=f"pose-{number}", built_in=number == 0) for number in range(first, last)]
        return pose.ListPosesResponse(poses=poses, next_page_token=token)

    async def ImportPoses(self, requests: Any, context: Any) -> Any:
        received = 0
        async for request in requests:
            self.files.append(request.file)
            received += len(request.file.content.splitlines())
        rejection = pose.RejectedPose(position=2, field="keypoints", reason="JOINT_COUNT", message="must be 17 joints")
        rejections = [rejection] if received > 2 else []
        return pose.ImportPosesResponse(
            received=received, inserted=received - len(rejections), rejected=len(rejections), rejections=rejections
        )


class FakeCredits(CreditServiceServicer):
    """An account of 12 credits, two of them set aside. Keeps what it was asked."""

    def __init__(self) -> None:
        self.error: AtelierError | None = None
        self.requests: list[Any] = []

    async def GetBalance(self, request: Any, context: Any) -> Any:
        return credit.GetBalanceResponse(balance=_balance(request.owner or "local", 10))

    async def GrantCredits(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        if self.error is not None:
            await abort(context, self.error)
        return credit.GrantCreditsResponse(balance=_balance(request.owner, 10 + request.amount))

    async def ListEntries(self, request: Any, context: Any) -> Any:
        entries = [
            credit.CreditEntry(reason=credit.CreditEntry.REASON_RESERVE, key="g/batting-v1/1", amount=-2),
            credit.CreditEntry(reason=credit.CreditEntry.REASON_GRANT, key="first", amount=12),
        ]
        return credit.ListEntriesResponse(entries=entries)


class FakeCardArt(CardArtServiceServicer):
    """Draws a few bytes for every player but `nobody`; takes players that have a last name. Keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.players: list[Any] = []
        self.pictures: dict[str, bytes] = {}

    async def ImportPlayers(self, requests: Any, context: Any) -> Any:
        rejections = []
        async for request in requests:
            for record in request.records.records:
                if "last" not in record.details:
                    place = len(self.players)
                    rejections.append(
                        art.RejectedPlayer(position=place, field="details.last", reason="MISSING", message="is missing")
                    )
                self.players.append(record)
        received = len(self.players)
        return art.ImportPlayersResponse(
            received=received, inserted=received - len(rejections), rejected=len(rejections), rejections=rejections
        )

    async def RenderCard(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        if request.player_id == "nobody":
            await abort(context, NotFound("There is no player 'nobody'."))
        data = f"card of {request.player_id}".encode()
        sha256 = hashlib.sha256(data).hexdigest()
        self.pictures[sha256] = data
        kind = art.CardKind.Name(request.kind).removeprefix("CARD_KIND_").lower()
        card = art.CardImage(
            name=f"{request.player_id}/{kind}/{request.variant}",
            player_id=request.player_id,
            kind=request.kind,
            variant=request.variant,
            tier=request.tier or art.CARD_TIER_RARE,
            image=Image(sha256=sha256, format=IMAGE_FORMAT_PNG, width=750, height=1050, bytes=len(data)),
        )
        return art.RenderCardResponse(card_image=card)

    async def GetCardImage(self, request: Any, context: Any) -> Any:
        data = self.pictures[request.sha256]
        yield art.GetCardImageResponse(data=data[:4])
        yield art.GetCardImageResponse(data=data[4:])


def _balance(owner: str, available: int) -> credit.CreditBalance:
    return credit.CreditBalance(owner=owner, available=available, reserved=2)
