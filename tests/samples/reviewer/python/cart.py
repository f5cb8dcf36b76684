"""A cart of things to buy."""


def add(name: str, price: float, items: list[tuple[str, float]] = []) -> list[tuple[str, float]]:
    """Return the cart with one thing more."""
    items.append((name, price))
    return items


def total(items: list[tuple[str, float]]) -> float:
    """Return what all of it costs."""
    return sum(price for _, price in items)
