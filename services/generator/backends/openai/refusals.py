"""What a refusal of the Images API means. By status and by the error's code, never by the words of its message.

Source: platform.openai.com/docs/guides/error-codes; other servers follow it more or less, and the status alone serves.
"""

import json
from typing import Any

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.peer import Answer, Peer, plain_name

_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_POLICY = frozenset({"content_policy_violation", "moderation_blocked", "content_filter"})


def refusal_of(peer: Peer, answer: Answer) -> JobError:
    """The failure that an answer tells of."""
    names = _names(answer.body)
    told = names[0] if names else "unnamed"
    if not _QUOTA.isdisjoint(names):
        return JobError(ErrorClass.QUOTA, f"The account at {peer.name} has no budget left ({told}).")
    if not _POLICY.isdisjoint(names):
        return JobError(ErrorClass.INVALID, f"{peer.name} refuses the prompt by its content policy ({told}).")
    refusal = peer.refusal(answer)
    if refusal.failed.error_class is ErrorClass.INVALID:
        return JobError(ErrorClass.INVALID, f"{peer.name} refuses the request with status {answer.status} ({told}).")
    return refusal


def _names(body: bytes) -> list[str]:
    """The error's code and type, where it has any."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return []
    error = document.get("error") if isinstance(document, dict) else None
    if not isinstance(error, dict):
        return []
    return [plain_name(error[field]) for field in ("code", "type") if isinstance(error.get(field), str)]
