"""What can be wrong with a request to the generator that its proto's rules can't say."""

from collections.abc import Sequence

from google.protobuf.message import Message
from google.rpc import error_details_pb2

from chassis.errors import AlreadyExists, FailedPrecondition, NotFound
from services.generator.cardart.players import Kind

DOMAIN = "generator.atelier"


class PoseNotFound(NotFound):
    """The caller has no such pose, and neither has everybody."""

    reason = "POSE_NOT_FOUND"

    def __init__(self, field: str, pose_id: str) -> None:
        super().__init__(f"{field}: there is no pose {pose_id!r}.", metadata={"field": field, "pose_id": pose_id})


class GenerationNotFound(NotFound):
    """There is no such generation, or it is another owner's."""

    reason = "GENERATION_NOT_FOUND"

    def __init__(self, generation_id: str) -> None:
        super().__init__(f"There is no generation {generation_id!r}.", metadata={"generation_id": generation_id})


class ImageNotFound(NotFound):
    """The generation has no such picture."""

    reason = "IMAGE_NOT_FOUND"

    def __init__(self, sha256: str) -> None:
        super().__init__(f"The generation has no picture {sha256!r}.", metadata={"sha256": sha256})


class PlayerNotFound(NotFound):
    """Nobody has imported such a player."""

    reason = "PLAYER_NOT_FOUND"

    def __init__(self, player_id: str) -> None:
        super().__init__(
            f"player_id: there is no player {player_id!r}.", metadata={"field": "player_id", "player_id": player_id}
        )


class CareerMissing(FailedPrecondition):
    """The player has no career of the kind that the card would show."""

    reason = "CAREER_MISSING"

    def __init__(self, player_id: str, kind: Kind) -> None:
        super().__init__(
            f"kind: the player {player_id!r} has no {kind} statistics.",
            metadata={"field": "kind", "player_id": player_id, "kind": kind.name},
        )


class CardImageNotFound(NotFound):
    """No card has such a picture, or the object store has lost it; rendering the card draws it again."""

    reason = "CARD_IMAGE_NOT_FOUND"

    def __init__(self, sha256: str) -> None:
        super().__init__(f"There is no card image {sha256!r}.", metadata={"sha256": sha256})


class RequestIdUsed(AlreadyExists):
    """The owner has sent something else under the same request id."""

    reason = "REQUEST_ID_USED"

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"The request_id {request_id!r} was used with other content; choose another one.",
            metadata={"field": "request_id", "request_id": request_id},
        )


class CreditsExhausted(FailedPrecondition):
    """The account can't pay for what was asked; nothing was set aside."""

    reason = "CREDITS_EXHAUSTED"

    def __init__(self, owner: str, *, asked: int, balance: int) -> None:
        super().__init__(
            f"It costs {asked} credits and the account has {balance}.",
            metadata={"asked": str(asked), "balance": str(balance)},
        )
        self._owner = owner

    def details(self) -> Sequence[Message]:
        violation = error_details_pb2.QuotaFailure.Violation(subject=f"credits:{self._owner}", description=self.message)
        return (error_details_pb2.QuotaFailure(violations=[violation]),)


class GenerationEnded(FailedPrecondition):
    """The generation can't be cancelled, as it is over."""

    reason = "GENERATION_ENDED"

    def __init__(self, generation_id: str, state: str) -> None:
        super().__init__(
            f"The generation has ended {state}; there is nothing to cancel.",
            metadata={"generation_id": generation_id, "state": state},
        )


class GenerationRunning(FailedPrecondition):
    """The generation is still worked on."""

    reason = "GENERATION_RUNNING"

    def __init__(self, generation_id: str) -> None:
        super().__init__(
            "The generation hasn't ended; watch it, or cancel it first.", metadata={"generation_id": generation_id}
        )


class NothingToRetry(FailedPrecondition):
    """Everything the generation asks for is made."""

    reason = "NOTHING_TO_RETRY"

    def __init__(self, generation_id: str) -> None:
        super().__init__("Nothing of the generation failed.", metadata={"generation_id": generation_id})


class JobOfGeneration(FailedPrecondition):
    """The job is a generation's, whose credits came back when it ended; it is tried again as part of that."""

    reason = "JOB_OF_GENERATION"

    def __init__(self, generation_id: str) -> None:
        super().__init__(
            "Credits are set aside anew when the generation is retried; call RetryGeneration.",
            metadata={"generation_id": generation_id},
        )
