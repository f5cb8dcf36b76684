"""`atelier jobs list | watch | retry | cancel`: the work that services have accepted, and how it gets on."""

import enum
import re
from datetime import timedelta
from typing import Annotated, Any

import typer
from atelier.jobs.v1.jobs_service_pb2 import CancelJobRequest, Job, ListJobsRequest, RetryJobRequest

from cli.connection import Gateway, call_gateway
from cli.exits import ExitCode
from cli.fields import Fields
from cli.job_documents import JOB_COLUMNS, job_document, job_row
from cli.job_services import checked_names, services_asked
from cli.job_watch import watch_jobs
from cli.listing import Listing, pages
from cli.output import counted, say
from cli.root import JsonOption, settings_of
from cli.steering import steer

JOBS = Listing(JOB_COLUMNS, job_row, job_document)

app = typer.Typer(help="Show and steer jobs and their queues.", no_args_is_help=True)

DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)")
UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST = timedelta(days=36_500)

NamesArgument = Annotated[list[str], typer.Argument(metavar="NAME...", help="Jobs, such as resolver/jobs/<uuid>.")]
KindOption = Annotated[str, typer.Option(help="Only of this kind, such as scan.")]
OwnerOption = Annotated[str, typer.Option(help="Only of this owner; users see their own.")]


class JobState(enum.StrEnum):
    """The states of a job, as they are typed."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@app.command("list")
def list_jobs(
    context: typer.Context,
    service: Annotated[str | None, typer.Argument(help="Such as resolver; all that have jobs unless given.")] = None,
    state: Annotated[
        list[JobState] | None, typer.Option(case_sensitive=False, help="Only in this state; may be given again.")
    ] = None,
    kind: KindOption = "",
    owner: OwnerOption = "",
    min_age: Annotated[str, typer.Option(help="Only those accepted so long ago: 90s, 5m, 2h, 1d.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="How many of each service; all unless given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List jobs, the newest first."""
    fields = Fields({"--kind": kind, "--owner": owner})
    request = ListJobsRequest(
        states=[f"STATE_{one.name}" for one in dict.fromkeys(state or [])],
        kind=fields.text("--kind"),
        owner=fields.text("--owner"),
    )
    if min_age:
        request.min_age.FromTimedelta(_duration(min_age))
    total = call_gateway(settings_of(context), lambda gateway: _list(gateway, service, request, limit, as_json))
    if not as_json:
        say(f"{counted(total, 'job')}.")


@app.command()
def watch(
    context: typer.Context,
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...|SERVICE]", help="Jobs, or a service; all unless given.")
    ] = None,
    kind: KindOption = "",
    owner: OwnerOption = "",
    strict: Annotated[bool, typer.Option("--strict", help="End with exit code 3 when a job didn't succeed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show jobs as they change: those named until all have ended, else until Ctrl-C."""
    fields = Fields({"--kind": kind, "--owner": owner})
    failed = call_gateway(
        settings_of(context),
        lambda gateway: watch_jobs(
            gateway,
            checked_names(what or []),
            kind=fields.text("--kind"),
            owner=fields.text("--owner"),
            as_json=as_json,
        ),
    )
    if strict and failed:
        raise typer.Exit(ExitCode.ITEMS)


@app.command()
def retry(context: typer.Context, names: NamesArgument, as_json: JsonOption = False) -> None:
    """Queue failed or cancelled jobs again."""

    async def call(gateway: Gateway, name: str) -> Job:
        found: Job = (await gateway.jobs.RetryJob(RetryJobRequest(name=name))).job
        return found

    steer(context, names, call, JOBS, as_json=as_json)


@app.command()
def cancel(context: typer.Context, names: NamesArgument, as_json: JsonOption = False) -> None:
    """Stop jobs: those that wait at once, those that run when they notice."""

    async def call(gateway: Gateway, name: str) -> Job:
        found: Job = (await gateway.jobs.CancelJob(CancelJobRequest(name=name))).job
        return found

    steer(context, names, call, JOBS, as_json=as_json)


async def _list(gateway: Gateway, service: str | None, request: Any, limit: int | None, as_json: bool) -> int:
    total = 0
    for parent in await services_asked(gateway, service):
        asked = ListJobsRequest(parent=parent)
        asked.MergeFrom(request)
        total += await JOBS.show_all(pages(gateway.jobs.ListJobs, asked, limit), "jobs", as_json=as_json)
    return total


def _duration(text: str) -> timedelta:
    """`90s`, `5m`, `2h`, `1d` or plain seconds. Raises BadParameter."""
    found = DURATION.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter("must be a time such as 90s, 5m, 2h or 1d", param_hint="--min-age")
    seconds = float(found.group(1)) * UNIT_SECONDS[found.group(2)]
    return min(timedelta(seconds=min(seconds, LONGEST.total_seconds())), LONGEST)
