"""A page of a list, and the place in the list that a token names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.errors import FieldViolation, InvalidArgument


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and the token for those after them; empty on the last page."""

    rows: Sequence[Any]
    next_token: str


def placed_id(place: Sequence[str] | None) -> UUID | None:
    """The id that a page begins after; None on the first. Raises InvalidArgument for what isn't an id."""
    try:
        return None if place is None else UUID(place[0])
    except ValueError:
        raise InvalidArgument(
            [FieldViolation("page_token", "names no place in the list", "INVALID_PAGE_TOKEN")]
        ) from None
