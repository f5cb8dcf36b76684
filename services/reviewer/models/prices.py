"""What calls cost, by the price table in the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from services.reviewer.models.model import CallUsage

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens."""

    input: Annotated[Decimal, Field(ge=0)]
    output: Annotated[Decimal, Field(ge=0)]


def cost(usages: Sequence[CallUsage], prices: Mapping[str, Price]) -> Decimal | None:
    """US dollars, exactly; None when a model has no price, or nothing was asked."""
    if not usages or any(usage.model not in prices for usage in usages):
        return None
    return sum((_cost(usage, prices[usage.model]) for usage in usages), Decimal(0))


def _cost(usage: CallUsage, price: Price) -> Decimal:
    return (usage.input_tokens * price.input + usage.output_tokens * price.output) / _MILLION
