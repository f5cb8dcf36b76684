"""The words of activities and accounts: the tables', and the proto's without their prefixes."""

import enum

ACTIVITY_KIND = "activity"  # The kind of the jobs, one for each activity.


class Kind(enum.StrEnum):
    """What an activity does with a post."""

    LIKE = "LIKE"
    COMMENT = "COMMENT"


class State(enum.StrEnum):
    """Where an activity stands. All but the first three are final."""

    WAITING = "WAITING"
    HELD = "HELD"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    UNCERTAIN = "UNCERTAIN"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"


UNENDED_STATES = frozenset({State.WAITING, State.HELD, State.RUNNING})


class LatePolicy(enum.StrEnum):
    """What becomes of an activity whose time passed while nobody could carry it out."""

    RUN = "RUN"
    SKIP = "SKIP"
    SPREAD = "SPREAD"


class LinkPolicy(enum.StrEnum):
    """Whether comments may hold links."""

    FORBID = "FORBID"
    ALLOW = "ALLOW"


class Connects(enum.StrEnum):
    """How an account's activities are carried out."""

    WEBHOOK = "WEBHOOK"
    DRY_RUN = "DRY_RUN"
