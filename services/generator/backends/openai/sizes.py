"""The sizes that a server makes, and the one to ask it for."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Widths and heights in pixels; none: the server makes any."""

    known: tuple[tuple[int, int], ...]

    @classmethod
    def parse(cls, text: str) -> "Sizes":
        """Sizes as `1024x1024,1536x1024`."""
        pairs = (size.split("x") for size in text.split(",") if size)
        return cls(tuple((int(width), int(height)) for width, height in pairs))

    def nearest(self, width: int, height: int) -> str:
        """The known size that loses least of a picture of this shape, and of those the smallest that is large enough.

        None is large enough: the largest.
        """
        if not self.known:
            return f"{width}x{height}"
        shape = math.log(width / height)
        best = min(
            self.known,
            key=lambda size: (
                round(abs(math.log(size[0] / size[1]) - shape), 3),
                size[0] < width or size[1] < height,
                size[0] * size[1] if size[0] >= width and size[1] >= height else -size[0] * size[1],
            ),
        )
        return f"{best[0]}x{best[1]}"
