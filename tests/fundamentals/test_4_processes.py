"""A process: parts that start in order and stop in reverse, and health that tells the truth about them."""

import asyncio
import os
import signal

import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chassis.lifecycle import run_until_signalled
from tests.contract.conftest import Serve, Served


async def test_parts_start_in_order_and_stop_in_reverse(log: structlog.stdlib.BoundLogger) -> None:
    # What serves comes after what it needs, and goes before it. A signal is how a process is told to end.
    diary: list[str] = []

    class Part:
        def __init__(self, name: str) -> None:
            self.name = name

        async def start(self) -> None:
            diary.append(f"start {self.name}")
            if self.name == "server":
                os.kill(os.getpid(), signal.SIGTERM)

        async def stop(self) -> None:
            diary.append(f"stop {self.name}")

    await run_until_signalled([Part("database"), Part("server")], log=log)

    assert diary == ["start database", "start server", "stop server", "stop database"]
    asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
    asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)


async def test_health_tells_of_every_part_and_asks_for_no_token(served: Served) -> None:
    # Balancers and people ask before they send anything; a part that is away is told by its name.
    async with served.channel(role=None) as channel:
        listed = await health_pb2_grpc.HealthStub(channel).List(health_pb2.HealthListRequest())

    states = {name: answer.status for name, answer in listed.statuses.items()}
    assert states["postgres"] == health_pb2.HealthCheckResponse.SERVING
    assert states["atelier.resolver.v1.ResolverService"] == health_pb2.HealthCheckResponse.SERVING


async def test_a_service_without_its_database_runs_and_says_that_it_cannot_serve(serve: Serve) -> None:
    # It doesn't refuse to start, which would only make somebody restart it: it serves as soon as the database is there.
    lost = await serve("postgresql://resolver:x@/atelier?host=/nowhere")

    async with lost.channel(role=None) as channel:
        answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())

    assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING
