"""Whose jobs the caller under way may see and steer (I10): a user its own, operators and services all."""

from chassis.auth import Role, principal
from jobs.errors import OwnerNotAllowed


def visible_owner(wanted: str = "") -> str | None:
    """The owner to whom a statement is narrowed, who is `wanted` unless that is empty; None: it isn't.

    Raises OwnerNotAllowed when a user wants another's.
    """
    caller = principal.get()
    if caller.role is not Role.USER:
        return wanted or None
    if wanted and wanted != caller.subject:
        raise OwnerNotAllowed(wanted)
    return caller.subject


def one_owner(wanted: str) -> str:
    """The owner to whom a statement is narrowed in any case, who is the caller unless `wanted` says otherwise.

    Raises OwnerNotAllowed when a user wants another's.
    """
    return visible_owner(wanted) or principal.get().subject
