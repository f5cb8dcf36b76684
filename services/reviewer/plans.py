"""Plans: what owners may use in a month."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Tokens of models, and reviews, in a month. `name` is as in the table: `LITE`."""

    name: str
    tokens: int
    requests: int
