"""`atelier quota` and `quota set`: what an owner may have reviewed this month, and what is left of it."""

import enum
from typing import Annotated, Any

import typer
from atelier.reviewer.v1.quota_service_pb2 import Budget, GetQuotaRequest, Plan, Quota, SetPlanRequest

from cli.connection import call_gateway
from cli.documents import timestamp, word
from cli.fields import Fields
from cli.output import say, write_json, write_table
from cli.root import JsonOption, OwnerOption, has_subcommand, settings_of

app = typer.Typer(help="Show and set what reviews may use.", invoke_without_command=True)

COLUMNS = ("budget", "limit", "used", "reserved", "left")


class PlanName(enum.StrEnum):
    """The plans, as they are typed."""

    LITE = "lite"
    PRO = "pro"
    BUSINESS = "business"


@app.callback()
def quota(
    context: typer.Context,
    owner: OwnerOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show this month's budgets; `quota set` gives another plan."""
    if has_subcommand(context, owner=owner, as_json=as_json):
        return
    request = GetQuotaRequest(owner=Fields({"--owner": owner}).text("--owner"))
    show_quota(call_gateway(settings_of(context), lambda gateway: gateway.quotas.GetQuota(request)).quota, as_json)


@app.command("set")
def set_plan(
    context: typer.Context,
    owner: Annotated[str, typer.Argument(help="Whom to.")],
    plan: Annotated[PlanName, typer.Argument(case_sensitive=False, help="Which.")],
    as_json: JsonOption = False,
) -> None:
    """Give an owner another plan, at once; needs role operator."""
    request = SetPlanRequest(owner=Fields({"OWNER": owner}).required_text("OWNER"), plan=f"PLAN_{plan.name}")
    show_quota(call_gateway(settings_of(context), lambda gateway: gateway.quotas.SetPlan(request)).quota, as_json)


def show_quota(found: Quota, as_json: bool) -> None:
    """Write it."""
    document = quota_document(found)
    if as_json:
        write_json(document)
        return
    write_table(COLUMNS, [[name, *document[name].values()] for name in ("tokens", "requests")])
    say(f"{found.owner} has the plan {document['plan']}; both begin anew at {document['reset_time']}.")


def quota_document(found: Quota) -> dict[str, Any]:
    """What may be used this month, and what was."""
    return {
        "owner": found.owner,
        "plan": word(Plan, found.plan),
        "tokens": _budget_document(found.tokens),
        "requests": _budget_document(found.requests),
        "reset_time": timestamp(found, "reset_time"),
    }


def _budget_document(found: Budget) -> dict[str, int]:
    left = max(0, found.limit - found.used - found.reserved)
    return {"limit": found.limit, "used": found.used, "reserved": found.reserved, "left": left}
