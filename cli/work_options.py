"""What commands that have work accepted are told alike: which lane it takes, and what its request id begins with."""

import enum

from cli.fields import BadField, Fields

DEFAULT_PREFIX = "content"
LONGEST_PREFIX = 35  # with the digest and what is between them it makes 100, the most that a request_id has


class LaneName(enum.StrEnum):
    """The lanes of jobs, as they are typed."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


def checked_prefix(text: str) -> str:
    """The value of --request-id. Raises BadField."""
    prefix = Fields({"--request-id": text}).required_text("--request-id")
    if len(prefix) > LONGEST_PREFIX:
        raise BadField("--request-id", f"must have at most {LONGEST_PREFIX} characters")
    return prefix
