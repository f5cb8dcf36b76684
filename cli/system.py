"""`atelier system`: whether every part of the system works, as the gateway sees it."""

from typing import Any

import typer
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from cli.connection import Gateway, call_gateway
from cli.exits import ExitCode
from cli.output import say, write_json, write_table
from cli.root import JsonOption, settings_of

TIMEOUT_SECONDS = 10.0
SERVING = "SERVING"


def system(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show the health of every part; exit code 69 when one is down."""
    parts = call_gateway(settings_of(context), read_health)
    down = [part for part, state in parts.items() if state != SERVING]
    if as_json:
        write_json({"healthy": not down, "parts": [{"part": part, "state": state} for part, state in parts.items()]})
    else:
        write_table(("part", "state"), parts.items())
    if down:
        say(f"Down: {', '.join(down)}; the log under the state folder says why.")
        raise typer.Exit(ExitCode.UNAVAILABLE)


async def read_health(gateway: Gateway) -> dict[str, str]:
    """The state of every part by its name, such as `resolver/postgres`. Raises `grpc.aio.AioRpcError`."""
    stub: Any = HealthStub(gateway.channel)
    request = health_pb2.HealthListRequest()
    answer = await stub.List(request, timeout=TIMEOUT_SECONDS)
    states = {part or "all": check.status for part, check in answer.statuses.items()}
    return {part: HealthCheckResponse.ServingStatus.Name(states[part]) for part in sorted(states)}
