"""`atelier jobs pause | resume | stats`: the queues that jobs stand in."""

from typing import Annotated

import typer
from atelier.jobs.v1.jobs_service_pb2 import ListQueuesRequest, PauseQueueRequest, Queue, ResumeQueueRequest

from cli.connection import Gateway, call_gateway
from cli.fields import Fields
from cli.job_documents import QUEUE_COLUMNS, WORKER_COLUMNS, queue_document, queue_row, worker_rows
from cli.job_services import services_asked
from cli.output import say, write_json, write_line, write_table
from cli.root import JsonOption, settings_of

HELD_COLUMNS = ("queue", "held key", "class", "message", "time")

QueueArgument = Annotated[str, typer.Argument(metavar="QUEUE", help="Such as resolver/queues/scan.")]


def pause(context: typer.Context, queue: QueueArgument, as_json: JsonOption = False) -> None:
    """Start nothing more of a queue, on any worker; what runs goes on."""
    name = Fields({"QUEUE": queue}).required_text("QUEUE")

    async def work(gateway: Gateway) -> Queue:
        found: Queue = (await gateway.jobs.PauseQueue(PauseQueueRequest(name=name))).queue
        return found

    _show([call_gateway(settings_of(context), work)], as_json)


def resume(context: typer.Context, queue: QueueArgument, as_json: JsonOption = False) -> None:
    """Let a paused queue go on."""
    name = Fields({"QUEUE": queue}).required_text("QUEUE")

    async def work(gateway: Gateway) -> Queue:
        found: Queue = (await gateway.jobs.ResumeQueue(ResumeQueueRequest(name=name))).queue
        return found

    _show([call_gateway(settings_of(context), work)], as_json)


def stats(
    context: typer.Context,
    service: Annotated[str | None, typer.Argument(help="Such as resolver; all that have jobs unless given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show every queue: its counts, its bell and its workers."""

    async def work(gateway: Gateway) -> list[Queue]:
        found: list[Queue] = []
        for parent in await services_asked(gateway, service):
            found += (await gateway.jobs.ListQueues(ListQueuesRequest(parent=parent))).queues
        return found

    _show(call_gateway(settings_of(context), work), as_json)


def _show(queues: list[Queue], as_json: bool) -> None:
    found = [queue_document(queue) for queue in queues]
    if as_json:
        for queue in found:
            write_json(queue)
        return
    write_table(QUEUE_COLUMNS, (queue_row(queue) for queue in found))
    write_line("")
    write_table(WORKER_COLUMNS, (row for queue in found for row in worker_rows(queue)))
    held = [(queue["name"], one["key"], *one["error"].values()) for queue in found for one in queue["held_keys"]]
    if held:
        write_line("")
        write_table(HELD_COLUMNS, held)
    stuck = [queue["name"] for queue in found if queue["stuck"]]
    if stuck:
        say(f"Stuck: {', '.join(stuck)}; jobs are due and nothing moves: look at the workers.")
