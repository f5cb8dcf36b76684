"""How ballplayers stand on a card: poses of the gallery, right-handed and looking to the right, and what they hold."""

from dataclasses import dataclass

from services.generator.cardart.players import Kind
from services.generator.gallery import by_name
from services.generator.posture import Posture, Reach
from services.generator.skeleton import Skeleton


@dataclass(frozen=True, slots=True)
class Stance:
    """A pose, and what is held in it.

    bat: the way it points from the hands, in degrees: 0 to the right, 90 up. flying: where a ball is, in standing
    heights from the hands, to the right and down. ball, glove: the hand that holds it. shift: pixels to the right at
    which the pose stands on a card, so that with what it holds it is in the middle.
    """

    name: str
    skeleton: Skeleton
    bat: float | None = None
    flying: complex | None = None
    ball: str | None = None
    glove: str | None = None
    shift: float = 0.0


# The gallery's stance hides the hands that a card shows: these hold the bat off the shoulder.
_WAITING = Posture(
    Reach(-0.165, -0.045, -1), Reach(-0.15, -0.02, -1), (-34, -2), (34, 0), trunk=175, turn=28, look=72, shoulders=-3
)

STANCES = {
    Kind.BATTING: (
        Stance("waiting", _WAITING.skeleton(), bat=162, shift=34),
        Stance("swinging", by_name()["swinging"].skeleton, bat=10, flying=complex(0.56, -0.17), shift=-85),
    ),
    Kind.PITCHING: (
        Stance("pitching", by_name()["pitching"].skeleton, glove="left", shift=8),
        Stance("throwing", by_name()["throwing"].skeleton, ball="right", glove="left", shift=12),
    ),
}
