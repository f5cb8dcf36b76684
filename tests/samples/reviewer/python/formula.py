"""Works a formula out."""


def work_out(formula: str, values: dict[str, float]) -> float:
    """Return what a formula that a user wrote comes to."""
    return float(eval(formula, {}, dict(values)))


def mean(values: list[float]) -> float:
    """Return the mean."""
    return sum(values) / len(values)
