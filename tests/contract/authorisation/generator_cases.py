"""The generator's methods: generations, poses and credits are their owner's, cards everybody's."""

from collections.abc import Mapping

from atelier.generator.v1 import card_art_service_pb2 as art_pb
from atelier.generator.v1 import credit_service_pb2 as credit_pb
from atelier.generator.v1 import generation_service_pb2 as pb
from atelier.generator.v1 import overview_service_pb2 as overview_pb
from atelier.generator.v1 import pose_service_pb2 as pose_pb

from tests.contract.authorisation.case import Case, of_all, of_caller, of_one, of_owner
from tests.contract.authorisation.requests import PLAYER, card_of, generation_of, players_of, poses_of
from tests.contract.authorisation.things import OWNER, POSE

MISSING = "GENERATION_NOT_FOUND"

CASES: Mapping[str, list[Case]] = {
    "CreateGeneration": [
        of_caller(lambda _: generation_of("ended")),
        of_one("POSE_NOT_FOUND", lambda _: generation_of("of-an-owner-s-pose", POSE), alone=True),
    ],
    "GetGeneration": [of_one(MISSING, lambda own: pb.GetGenerationRequest(generation_id=own.generation_id))],
    "ListGenerations": [
        of_owner(lambda _: pb.ListGenerationsRequest(owner=OWNER)),
        of_caller(lambda _: pb.ListGenerationsRequest()),
    ],
    "WatchGeneration": [of_one(MISSING, lambda own: pb.WatchGenerationRequest(generation_id=own.generation_id))],
    "CancelGeneration": [
        of_one(MISSING, lambda own: pb.CancelGenerationRequest(generation_id=own.waiting_generation_id))
    ],
    # The second to retry it is told that it runs.
    "RetryGeneration": [
        of_one(
            MISSING,
            lambda own: pb.RetryGenerationRequest(generation_id=own.cancelled_generation_id),
            granted=("OK", "FAILED_PRECONDITION"),
            shown=False,
        )
    ],
    "DownloadImage": [
        of_one(MISSING, lambda own: pb.DownloadImageRequest(generation_id=own.generation_id, sha256=own.image))
    ],
    "ImportPoses": [of_all(lambda _: poses_of("imported"))],
    "ListPoses": [of_caller(lambda _: pose_pb.ListPosesRequest(page_size=500))],
    "GetPose": [of_one("POSE_NOT_FOUND", lambda _: pose_pb.GetPoseRequest(pose_id=POSE))],
    "GetBalance": [
        of_owner(lambda _: credit_pb.GetBalanceRequest(owner=OWNER)),
        of_caller(lambda _: credit_pb.GetBalanceRequest()),
    ],
    "ListEntries": [
        of_owner(lambda _: credit_pb.ListEntriesRequest(owner=OWNER)),
        of_caller(lambda _: credit_pb.ListEntriesRequest()),
    ],
    "GrantCredits": [of_owner(lambda _: credit_pb.GrantCreditsRequest(owner=OWNER, amount=1, request_id="granted"))],
    "GetOverview": [
        of_owner(lambda _: overview_pb.GetOverviewRequest(owner=OWNER)),
        of_caller(lambda _: overview_pb.GetOverviewRequest()),
    ],
    "ImportPlayers": [of_all(lambda _: players_of("imported-player"))],
    "RenderCard": [of_all(lambda _: card_of(PLAYER))],
    "GetCardImage": [of_all(lambda own: art_pb.GetCardImageRequest(sha256=own.card_image))],
    "ListCardImages": [of_all(lambda _: art_pb.ListCardImagesRequest())],
}
