"""Sums of money: between what people write and `google.type.Money`, exactly."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from google.type.money_pb2 import Money

from cli.fields import BadField, Fields

CURRENCY = re.compile("[A-Z]{3}")  # ISO 4217
CENT = Decimal("0.01")
NANOS = 10**9
LARGEST_UNITS = 2**63


def money(fields: Fields, *, amount: str, currency: str) -> Money | None:
    """The sum in two fields; None where there is no amount. Raises BadField."""
    value = fields.decimal(amount)
    if value is None:
        return None
    if value < 0:
        raise BadField(amount, "must not be negative")
    if value >= LARGEST_UNITS:
        raise BadField(amount, "is too large")
    units = int(value)
    nanos = (value - units) * NANOS
    if nanos != int(nanos):
        raise BadField(amount, "must have at most nine decimals")
    return Money(currency_code=_currency(fields, currency), units=units, nanos=int(nanos))


def check_money(sum_: Money, field: str) -> None:
    """Raises BadField unless it is a sum that something can be worth."""
    if not CURRENCY.fullmatch(sum_.currency_code):
        raise BadField(f"{field}.currency_code", "must be a currency's three capital letters, such as USD")
    if sum_.units < 0 or not 0 <= sum_.nanos < NANOS:
        raise BadField(field, "must not be negative, nor its nanos a whole unit")


def money_document(sum_: Money) -> dict[str, Any]:
    """A sum with its amount as decimal text, which loses nothing."""
    return {"currency": sum_.currency_code or None, "amount": f"{_amount(sum_):f}"}


def money_text(sums: Iterable[Money]) -> str:
    """Sums as a person reads them: `1,204.50 USD, 3.00 EUR`."""
    return ", ".join(f"{_amount(one):,.2f} {one.currency_code}".rstrip() for one in sums)


def _currency(fields: Fields, name: str) -> str:
    code = fields.required_text(name).strip().upper()
    if not CURRENCY.fullmatch(code):
        raise BadField(name, "must be a currency's three letters, such as USD")
    return code


def _amount(sum_: Money) -> Decimal:
    exact = Decimal(sum_.units) + Decimal(sum_.nanos) / NANOS
    rounded = exact.quantize(CENT)
    return rounded if rounded == exact else exact
