"""What a card's picture depends on, as one hash: equal where the pictures are equal, another where anything differs.

A stored picture is found by it: a new template, font, engine or record makes a new picture and never a stale one.
"""

import functools
import hashlib
import json
import platform
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import PIL
import resvg_py

from services.generator.cardart.design import tier_for
from services.generator.cardart.player_records import to_record
from services.generator.cardart.players import Kind, Player
from services.generator.cardart.rendering import TEMPLATES, card_fonts
from services.generator.cardart.tiers import Tier

# Modules of this package that never reach a picture; all others count as drawing, so that a new one can't be forgotten.
READ_ONLY = frozenset({"player_files.py", "record_fields.py", "contact_sheet.py"})
# What figures are made of besides the mannequin, and what calls the engine.
OUTSIDE = ("gallery.py", "posture.py", "skeleton.py", "rasteriser_process.py")


def card_identity(player: Player, kind: Kind, variant: int = 0, tier: Tier | None = None) -> str:
    """Return the hash of a card's picture in hex. Raises NoStatistics.

    An override that names the very tier that the career has earned gives the same picture, so the same identity. The
    career of the other kind isn't on the card and doesn't count.
    """
    drawn = {**to_record(player), "kind": kind.value, "variant": variant, "tier": tier or tier_for(player, kind)}
    drawn.pop((Kind.PITCHING if kind is Kind.BATTING else Kind.BATTING).value, None)
    return hashlib.sha256(drawing_digest() + _canonical(drawn)).hexdigest()


@functools.cache
def drawing_digest() -> bytes:
    """Return the hash of what draws: templates, code, fonts and engines. Read once a process."""
    digest = hashlib.sha256(_canonical(engine_versions()))
    for path in _sources():
        content = path.read_bytes()
        digest.update(f"\0{path.name}\0{len(content)}\0".encode() + content)
    return digest.digest()


def engine_versions() -> dict[str, str]:
    """Return the versions of all that turns a template into pixels."""
    return {
        "resvg_py": resvg_py.__version__,
        "resvg": resvg_py.__resvg_version__,
        "jinja2": jinja2.__version__,
        "pillow": PIL.__version__,
        "unicode": unicodedata.unidata_version,
        "machine": platform.machine(),  # its vector instructions may round a pixel otherwise
    }


def _sources() -> Iterator[Path]:
    here = Path(__file__).parent
    yield from sorted(TEMPLATES.glob("*.svg.j2"))
    yield from sorted(path for path in here.glob("*.py") if path.name not in READ_ONLY)
    yield from sorted((here.parent / "mannequin").glob("*.py"))
    yield from (here.parent / name for name in OUTSIDE)
    yield from map(Path, card_fonts())


def _canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
