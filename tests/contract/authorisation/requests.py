"""Good requests for a thing of each kind, small enough to be made at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.generator.v1 import card_art_service_pb2 as art_pb
from atelier.generator.v1 import generation_service_pb2 as generation_pb
from atelier.generator.v1 import pose_service_pb2 as pose_pb
from atelier.resolver.v1 import resolver_service_pb2 as resolver_pb
from atelier.resolver.v1 import scan_service_pb2 as scan_pb
from atelier.reviewer.v1 import repository_service_pb2 as repository_pb
from atelier.reviewer.v1 import review_service_pb2 as review_pb

from tests.invented_secrets import invented_secrets

CARD, PLAYER = "base1-4", "vega-rocio"
CAREER: dict[str, Any] = {"last": "Vega", "teams": ["Cóndores"], "years": [2009, 2024], "batting": {"H": 3, "AB": 10}}
DUE_TIME = datetime.now(UTC) + timedelta(days=1)


def scan_of(request_id: str) -> scan_pb.CreateScanRequest:
    """A scan of one card, `CARD`."""
    external = resolver_pb.ExternalId(source="authorisation", external_id=CARD)
    return scan_pb.CreateScanRequest(
        request_id=request_id, detections=[scan_pb.Detection(detection_id="d-1", external=external)]
    )


def generation_of(request_id: str, pose: str = "waving") -> generation_pb.CreateGenerationRequest:
    """One small picture of a pose."""
    source = generation_pb.GallerySource(pose_ids=[pose])
    return generation_pb.CreateGenerationRequest(
        request_id=request_id, gallery=source, width=64, height=64, base_seed=7
    )


def poses_of(pose_id: str) -> pose_pb.ImportPosesRequest:
    """An import of one pose, with joints along a line."""
    seen = pose_pb.Joint.VISIBILITY_VISIBLE
    joints = [pose_pb.Joint(x=number / 40, y=number / 17, visibility=seen) for number in range(17)]
    skeleton = pose_pb.Skeleton(format=pose_pb.SKELETON_FORMAT_COCO_17, joints=joints)
    record = pose_pb.PoseRecord(pose_id=pose_id, skeleton=skeleton)
    return pose_pb.ImportPosesRequest(records=pose_pb.ImportPosesRequest.Records(records=[record]))


def players_of(player_id: str) -> art_pb.ImportPlayersRequest:
    """An import of one player with a career at bat."""
    record = art_pb.PlayerRecord(player_id=player_id)
    record.details.update(CAREER)
    return art_pb.ImportPlayersRequest(records=art_pb.ImportPlayersRequest.Records(records=[record]))


def card_of(player_id: str) -> art_pb.RenderCardRequest:
    """A player's card."""
    return art_pb.RenderCardRequest(player_id=player_id, kind=art_pb.CARD_KIND_BATTING)


def review_of(request_id: str) -> review_pb.CreateReviewRequest:
    """A review of a file with a secret in it, which needs no linter to be found."""
    file = review_pb.SourceFile(
        path="a.sql", content=f"-- {request_id}\n-- {invented_secrets()['github-token']}\n".encode()
    )
    return review_pb.CreateReviewRequest(request_id=request_id, review=review_pb.FileTarget(files=[file]))


def repository_of(name: str) -> repository_pb.CreateRepositoryRequest:
    """A repository."""
    return repository_pb.CreateRepositoryRequest(name=name)


def snapshot_of(repository_id: str) -> repository_pb.CreateSnapshotRequest:
    """A snapshot without a file."""
    return repository_pb.CreateSnapshotRequest(
        head=repository_pb.CreateSnapshotRequest.Head(repository_id=repository_id)
    )


def pod_of(name: str) -> engager_pb.CreatePodRequest:
    """A pod."""
    return engager_pb.CreatePodRequest(name=name)


def account_of(pod_id: str, name: str) -> engager_pb.CreateAccountRequest:
    """An account that calls nobody."""
    return engager_pb.CreateAccountRequest(pod_id=pod_id, name=name, dry_run=engager_pb.DryRunConnector())


def likes_of(pod_id: str, account_id: str, *posts: str) -> engager_pb.ScheduleActivitiesRequest:
    """Likes of posts, due tomorrow."""
    asked = [
        engager_pb.NewActivity(pod_id=pod_id, account_id=account_id, post=post, kind=engager_pb.ACTIVITY_KIND_LIKE)
        for post in posts
    ]
    for one in asked:
        one.due_time.FromDatetime(DUE_TIME)
    return engager_pb.ScheduleActivitiesRequest(activities=asked)
