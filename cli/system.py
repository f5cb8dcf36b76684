"""`atelier system`: whether every part of the system works, as the gateway sees it."""

from typing import Any

import grpc
import typer
from atelier.gateway.v1.gateway_service_pb2 import GetSystemRequest, GetSystemResponse
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from cli.connection import Gateway, call_gateway
from cli.exits import ExitCode
from cli.output import say, write_json, write_line, write_table
from cli.root import JsonOption, settings_of
from cli.system_documents import (
    LOAD_COLUMNS,
    SERVICE_COLUMNS,
    load_document,
    load_row,
    service_document,
    service_row,
    unanswered,
)

TIMEOUT_SECONDS = 10.0
SERVING = "SERVING"
OPERATORS_ONLY = (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAUTHENTICATED)


def system(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show the health of every part, and to operators versions, queues and load; exit code 69 when a part is down."""
    settings = settings_of(context)
    parts, whole = call_gateway(settings, _read)
    down = [part for part, state in parts.items() if state != SERVING]
    silent = [] if whole is None else unanswered(whole, address=settings.address)
    if as_json:
        write_json(_document(parts, whole, healthy=not down and not silent))
    else:
        _show(parts, whole)
    for sentence in silent:
        say(sentence)
    if down:
        say(f"Down: {', '.join(down)}; the log under the state folder says why.")
    if down or silent:
        raise typer.Exit(ExitCode.UNAVAILABLE)


async def read_health(gateway: Gateway) -> dict[str, str]:
    """The state of every part by its name, such as `resolver/postgres`. Raises `grpc.aio.AioRpcError`."""
    stub: Any = HealthStub(gateway.channel)
    request = health_pb2.HealthListRequest()
    answer = await stub.List(request, timeout=TIMEOUT_SECONDS)
    states = {part or "all": check.status for part, check in answer.statuses.items()}
    return {part: HealthCheckResponse.ServingStatus.Name(states[part]) for part in sorted(states)}


async def _read(gateway: Gateway) -> tuple[dict[str, str], GetSystemResponse | None]:
    """Health, and for an operator the rest."""
    parts = await read_health(gateway)
    try:
        # Without a deadline of its own, so that it waits for no service that is away.
        return parts, await gateway.batches.GetSystem(GetSystemRequest())
    except grpc.aio.AioRpcError as error:
        if error.code() not in OPERATORS_ONLY:
            raise
        return parts, None


def _document(parts: dict[str, str], whole: GetSystemResponse | None, *, healthy: bool) -> dict[str, Any]:
    return {
        "healthy": healthy,
        "parts": [{"part": part, "state": state} for part, state in parts.items()],
        "services": None if whole is None else [service_document(service) for service in whole.services],
        "load": None if whole is None else load_document(whole.load),
    }


def _show(parts: dict[str, str], whole: GetSystemResponse | None) -> None:
    write_table(("part", "state"), parts.items())
    if whole is not None:
        write_line("")
        write_table(SERVICE_COLUMNS, (service_row(service_document(service)) for service in whole.services))
        write_line("")
        write_table(LOAD_COLUMNS, [load_row(load_document(whole.load))])
