"""Between accounts of credits and the proto's messages; nothing is decided here."""

from collections.abc import Mapping
from typing import Any

from atelier.generator.v1 import credit_service_pb2 as pb

from chassis.times import set_time
from ledger.ledger import Balance
from ledger.store import Row

REASONS: Mapping[str, Any] = {name.removeprefix("REASON_"): number for name, number in pb.CreditEntry.Reason.items()}


def balance_message(owner: str, balance: Balance) -> pb.CreditBalance:
    """What an account has."""
    return pb.CreditBalance(owner=owner, available=balance.available, reserved=balance.reserved)


def entry_message(row: Row) -> pb.CreditEntry:
    """An entry out of a row of list_entries."""
    entry = pb.CreditEntry(entry_id=str(row["id"]), reason=REASONS[row["reason"]], key=row["key"], amount=row["amount"])
    set_time(entry.create_time, row["created_at"])
    return entry
