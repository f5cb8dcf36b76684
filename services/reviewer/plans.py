"""Plans: what owners may use in a month."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Tokens of models, and reviews, in a month. `name` is as in the table: `LITE`."""

    name: str
    tokens: int
    requests: int


@dataclass(frozen=True, slots=True)
class Payment:
    """By what a request is paid: its unit up to the month, and how many each plan allows, as JSON by name.

    `default`: the plan of whoever was given none.
    """

    unit: str
    allowed: str
    default: str
