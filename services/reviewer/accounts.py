"""Whose budget pays for a month of UTC, such as `2026-11`, as accounts of the ledger."""

from ledger.ledger import Account


def tokens_of(owner: str, month: str) -> Account:
    """Tokens of models."""
    return Account(owner, f"tokens:{month}")


def requests_of(owner: str, month: str) -> Account:
    """Reviews."""
    return Account(owner, f"requests:{month}")
