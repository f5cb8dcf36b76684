"""Opaque page tokens (AIP-158): a place in a stable order, bound to the list and the filters it came from."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.errors import FieldViolation, InvalidArgument

DEFAULT_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and the token for those after them; empty on the last page."""

    rows: Sequence[Any]
    next_token: str


def page_size(asked: int) -> int:
    """How many rows a page holds; 0 means the default."""
    return asked or DEFAULT_SIZE


def encode_token(list_name: str, filters: Sequence[str | bool], place: Sequence[str]) -> str:
    """A token for the rows after `place`, the order's columns of the last row of a page."""
    body = json.dumps([_fingerprint(list_name, filters), *place], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decode_token(token: str, list_name: str, filters: Sequence[str | bool], width: int) -> list[str] | None:
    """The place, `width` columns, or None for the first page. Raises InvalidArgument for another list's token."""
    if not token:
        return None
    try:
        body = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        fingerprint, *place = body
        readable = len(place) == width and all(_is_text(part) for part in place)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        readable, fingerprint, place = False, "", []
    if not readable or fingerprint != _fingerprint(list_name, filters):
        violation = FieldViolation(
            "page_token", "is not a token of this list with these filters; start again without it", "INVALID_PAGE_TOKEN"
        )
        raise InvalidArgument([violation])
    return list(place)


def placed_id(place: Sequence[str] | None) -> UUID | None:
    """The id that a page begins after; None on the first. Raises InvalidArgument for what isn't an id."""
    try:
        return None if place is None else UUID(place[0])
    except ValueError:
        raise _placeless() from None


def placed_number(place: Sequence[str] | None) -> int:
    """The number that a page begins after; -1 on the first. Raises InvalidArgument for what isn't a number."""
    if place is None:
        return -1
    if not (place[0].isascii() and place[0].isdecimal() and len(place[0]) < 10):
        raise _placeless()
    return int(place[0])


def placed_time(place: Sequence[str] | None) -> datetime | None:
    """The time that a page begins at; None on the first. Raises InvalidArgument for what isn't `isoformat` of one."""
    try:
        time = None if place is None else datetime.fromisoformat(place[0])
    except ValueError:
        raise _placeless() from None
    if time is not None and time.tzinfo is None:
        raise _placeless()
    return time


def _placeless() -> InvalidArgument:
    return InvalidArgument([FieldViolation("page_token", "names no place in the list", "INVALID_PAGE_TOKEN")])


def _is_text(part: object) -> bool:
    """Whether PostgreSQL's text can hold it: JSON also has U+0000 and half surrogate pairs."""
    return isinstance(part, str) and "\0" not in part and part.encode(errors="replace").decode() == part


def _fingerprint(list_name: str, filters: Sequence[str | bool]) -> str:
    return hashlib.sha256(json.dumps([list_name, *filters]).encode()).hexdigest()[:16]
