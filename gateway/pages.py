"""The console's files, as its build left them in the package: `/` is its page, `/assets/…` what that leans on.

Every file is read once at start and found by its whole path, so that no request can name another.
"""

import mimetypes
from collections.abc import Iterator
from pathlib import Path

from gateway.documents import CHECKED, LASTING, Document

BUILT = Path(__file__).parent / "console" / "built"
INDEX = "index.html"
# Files here have a hash of their content in their names.
HASHED = "/assets/"
# Scripts and styles are files of ours. Pictures come from `/media/`, or are shown before they are uploaded.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# What the system's own list may lack or call otherwise.
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".map": "application/json",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
NOT_BUILT = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Atelier</title>'
    "<p>The console isn't built into this package: <code>make console</code> builds it. "
    'All methods are there without it: <a href="/reference">the reference</a> tells them.</p></html>'
)


def read_pages(folder: Path = BUILT) -> dict[str, Document]:
    """Every file of the built console by its path, `/` included; one sentence at `/` where there is no such folder."""
    found = dict(_files(folder))
    index = found.get(f"/{INDEX}")
    found["/"] = index or Document(NOT_BUILT.encode(), CONTENT_TYPES[".html"])
    return found


def _files(folder: Path) -> Iterator[tuple[str, Document]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            path = f"/{file.relative_to(folder).as_posix()}"
            cache_control = LASTING if path.startswith(HASHED) else CHECKED
            yield path, Document(file.read_bytes(), _content_type(file), cache_control, POLICY)


def _content_type(file: Path) -> str:
    guessed = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return CONTENT_TYPES.get(file.suffix, guessed)
