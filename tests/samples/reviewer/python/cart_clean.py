"""A cart of things to buy."""


def add(name: str, price: float, items: list[tuple[str, float]] | None = None) -> list[tuple[str, float]]:
    """Return the cart with one thing more."""
    return [*(items or []), (name, price)]


def total(items: list[tuple[str, float]]) -> float:
    """Return what all of it costs."""
    return sum(price for _, price in items)
