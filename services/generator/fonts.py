"""The fonts of every picture: carried by packages, so that a text is drawn the same on every machine.

Barlow and Barlow Condensed (SIL Open Font License): nine static weights each, Latin with all its accents.
"""

import functools
from importlib import resources
from pathlib import Path

SANS = "Barlow"
CONDENSED = "Barlow Condensed"

_PACKAGES = {SANS: "fontpkg_barlow", CONDENSED: "fontpkg_barlow_condensed"}


@functools.cache
def font_files() -> tuple[str, ...]:
    """Return the paths of all upright faces, for resvg's `font_files`; give it `skip_system_fonts` too.

    Raises `FileNotFoundError` where a package came without its fonts: text would silently not be drawn.
    """
    return tuple(str(path) for family in _PACKAGES for path in _faces(family))


@functools.cache
def font_file(family: str = SANS, face: str = "Regular") -> str:
    """Return the path of one face, such as `Bold` or `SemiBoldItalic`, for what draws text without resvg."""
    wanted = f"{family.replace(' ', '')}-{face}.ttf"
    for path in _folder(family).iterdir():
        if path.name == wanted:
            return str(path)
    raise FileNotFoundError(wanted)


def _faces(family: str) -> list[Path]:
    faces = sorted(path for path in _folder(family).glob("*.ttf") if not path.stem.endswith("Italic"))
    if not faces:
        raise FileNotFoundError(f"{_PACKAGES[family]} holds no fonts")
    return faces


def _folder(family: str) -> Path:
    # Wheels are unpacked into folders, and resvg reads paths, so a path is what there is and what is needed.
    return Path(str(resources.files(_PACKAGES[family]) / "files"))
