"""Paths as they are kept and shown: without secrets."""

from collections.abc import Sequence
from functools import lru_cache

from chassis.errors import FieldViolation, InvalidArgument
from services.reviewer.secrets.redactor import Redactor

MOST_BYTES = 1_000  # An entry of PostgreSQL's indices has room for 2,704, and paths share it with owners and projects.
MOST_WITH_SECRETS = 100  # Each secret makes the search for the next ones longer.
REMEMBERED = 4_096  # The same paths come with every push.


def redacted_paths(paths: Sequence[str]) -> list[str]:
    """The paths with a mark in the place of each secret, the same for the same; two may come to be equal.

    Raises InvalidArgument for what can't be kept: one that is too long, or too many with secrets.
    """
    redacted = list[str]()
    for path in paths:
        alone = _redacted_alone(path)
        if alone is None:
            redacted = _redacted_together(paths)
            break
        redacted.append(alone)
    if longest := next((path for path in redacted if len(path.encode()) > MOST_BYTES), None):
        raise _broken(f"a path must have {MOST_BYTES:,} bytes at most: {longest[:50]!r}…")
    return redacted


@lru_cache(maxsize=REMEMBERED)
def _redacted_alone(path: str) -> str | None:
    """A path that holds no secret, as it is shown; None: it holds one, which others may repeat."""
    redactor = Redactor()
    return None if redactor.learn(path) else redactor.redact(path).text


def _redacted_together(paths: Sequence[str]) -> list[str]:
    redactor, with_secrets = Redactor(), 0
    for path in sorted(paths):  # The same paths in another order get the same marks.
        with_secrets += bool(redactor.learn(path))
        if with_secrets > MOST_WITH_SECRETS:
            raise _broken(f"{MOST_WITH_SECRETS} paths at most may hold what looks like a secret")
    return [redactor.redact(path).text for path in paths]


def _broken(description: str) -> InvalidArgument:
    return InvalidArgument([FieldViolation("files", description)])
