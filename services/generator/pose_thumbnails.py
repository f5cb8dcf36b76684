"""Small pictures of poses, drawn when somebody asks and remembered while there is room."""

from collections import OrderedDict

from services.generator.mannequin.figure import picture_svg
from services.generator.rasteriser import Rasteriser
from services.generator.skeleton import Skeleton

SIDE = 128
STYLE = "ink"
REMEMBERED = 2_000  # Of about 4 KB.


class PoseThumbnails:
    """Draws poses plainly, each the same way whatever it is called."""

    def __init__(self, *, rasteriser: Rasteriser) -> None:
        """`rasteriser` is shared with others and theirs to close."""
        self._rasteriser = rasteriser
        self._drawn: OrderedDict[Skeleton, bytes] = OrderedDict()

    async def draw(self, skeleton: Skeleton) -> bytes:
        """A PNG of SIDE × SIDE."""
        known = self._drawn.get(skeleton)
        if known is None:
            svg = picture_svg(skeleton, style=STYLE, seed=0, width=SIDE, height=SIDE)
            known = await self._rasteriser.rasterise(svg)
        self._drawn[skeleton] = known
        self._drawn.move_to_end(skeleton)
        while len(self._drawn) > REMEMBERED:
            self._drawn.popitem(last=False)
        return known
