"""Findings for tests."""

from typing import Any

from services.reviewer.finding import Category, Finding, Place, Severity


def finding(rule: str = "ruff/F401", line: int | None = 1, **details: Any) -> Finding:
    """A finding of the rule's own tool, of a whole line unless told otherwise."""
    full: dict[str, Any] = {
        "severity": Severity.MEDIUM,
        "category": Category.BUG,
        "message": f"What {rule} says.",
        "place": None if line is None else Place(line),
        "tools": (rule.partition("/")[0],),
    } | details
    return Finding(rule=rule, **full)
