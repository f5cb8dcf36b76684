"""What an image depends on, as one hash: equal where the image would be the same, another where anything differs.

A stored image is found by it. `maker` names what makes it and every version and setting of that which matters.
"""

import functools
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import resvg_py

from services.generator.backends.backend import ImageRequest

_HERE = Path(__file__).parent
_DRAWS = ("gallery.py", "posture.py", "prompt.py", "skeleton.py", "layouts.py")


def image_identity(maker: str, request: ImageRequest) -> bytes:
    """The hash of what `maker` would make of the request."""
    content = {
        "maker": maker,
        "skeleton": None if request.skeleton is None else request.skeleton.to_document(),
        "prompt": request.prompt,
        "width": request.width,
        "height": request.height,
        "style": request.style,
        "seed": request.seed,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).digest()


@functools.cache
def mannequin_maker() -> str:
    """The mannequin as a maker: the code that draws, and the engine. Read once a process."""
    digest = hashlib.sha256(f"{resvg_py.__version__} {resvg_py.__resvg_version__}".encode())
    for path in _sources():
        digest.update(path.read_bytes())
    return f"mannequin/{digest.hexdigest()[:16]}"


def _sources() -> Iterator[Path]:
    yield from sorted((_HERE / "mannequin").rglob("*.py"))
    yield from (_HERE / name for name in _DRAWS)
