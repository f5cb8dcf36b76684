"""What commands that have work accepted are told alike: which lane it takes, and what its request id is made of."""

import enum
import hashlib

from google.protobuf.message import Message

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


def content_id(prefix: str, *messages: Message, times: int = 0) -> str:
    """A request id that is the same for the same messages in the same order, so that they are accepted once.

    `times`: how often they were sent before as other work, such as from elsewhere in one file.
    """
    digest = hashlib.sha256(f"{times}".encode() if times else b"")
    for message in messages:
        data = message.SerializeToString(deterministic=True)
        digest.update(len(data).to_bytes(8, "big") + data)
    return f"{prefix}-{digest.hexdigest()}"
