"""Between budgets and the proto's messages; nothing is decided here."""

from collections.abc import Mapping
from typing import Any

from atelier.reviewer.v1 import quota_service_pb2 as pb

from chassis.times import set_time
from services.reviewer.budget import Spent
from services.reviewer.budgeting import Quota

PLANS: Mapping[str, Any] = {name.removeprefix("PLAN_"): number for name, number in pb.Plan.items()}


def quota_message(quota: Quota) -> pb.Quota:
    """What an owner may use and has used."""
    message = pb.Quota(
        owner=quota.terms.owner,
        plan=PLANS[quota.terms.plan.name],
        tokens=_budget_message(quota.tokens),
        requests=_budget_message(quota.requests),
    )
    set_time(message.reset_time, quota.terms.resets_at)
    return message


def plan_word(plan: int) -> str:
    """The plan as the table has it."""
    return pb.Plan.Name(plan).removeprefix("PLAN_")


def _budget_message(spent: Spent) -> pb.Budget:
    return pb.Budget(limit=spent.limit, used=spent.used, reserved=spent.reserved)
