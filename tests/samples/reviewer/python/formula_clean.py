"""Works a formula out."""

import operator

OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def work_out(left: float, operation: str, right: float) -> float:
    """Return what an operation that a user chose comes to. Raises KeyError for an unknown one."""
    return float(OPERATIONS[operation](left, right))


def mean(values: list[float]) -> float | None:
    """Return the mean; None of nothing."""
    return sum(values) / len(values) if values else None
