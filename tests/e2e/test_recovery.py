"""What a caller sees while a part is killed or frozen, and that it comes back by itself.

Every test leaves the system whole, and keeps to a source or a user of its own.
"""

import asyncio
import json
import os
import signal
from pathlib import Path

import grpc
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health_pb2 import HealthCheckResponse

from tests.contract.conftest import refusal
from tests.e2e.conftest import System
from tests.e2e.test_scan import as_user, import_examples, rows
from tests.e2e.watching import pause, resume, waiting_job


def unknown(source: str) -> pb.ResolveCardsRequest:
    """A request for a card that isn't there, which makes it a gap."""
    return pb.ResolveCardsRequest(items=[pb.ExternalId(source=source, external_id="x")])


def counts(answer: pb.ListGapsResponse) -> list[tuple[str, int]]:
    """Gaps, and how often each was asked for."""
    return [(gap.external_id, gap.count) for gap in answer.gaps]


async def health_becomes(system: System, service: str, state: int) -> None:
    """Wait until the gateway says so of `service`."""
    async with asyncio.timeout(30), system.anonymous() as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(service=service))
        async for answer in watch:
            if answer.status == state:
                watch.cancel()
                return


async def answered_again(system: System, part: str, killed: int) -> tuple[pb.ListGapsResponse, set[grpc.StatusCode]]:
    """Ask for the gaps of the source `part` until that runs as another process and answers.

    The answer, and the codes of all failures before.
    """
    codes: set[grpc.StatusCode] = set()
    async with asyncio.timeout(30), system.resolver() as stub:
        while True:
            try:
                answer = await stub.ListGaps(pb.ListGapsRequest(source=part), timeout=5)
            except grpc.aio.AioRpcError as error:
                codes.add(error.code())
            else:
                if system.stack.pid(part) != killed:
                    return answer, codes


@pytest.mark.parametrize("part", ["resolver", "postgres"])
async def test_a_killed_part_costs_callers_no_more_than_a_retry_and_nothing_is_lost(system: System, part: str) -> None:
    async with system.resolver() as stub:
        await stub.ResolveCards(unknown(part))
    killed = system.stack.pid(part)

    os.kill(killed, signal.SIGKILL)
    answer, codes = await answered_again(system, part, killed)
    await health_becomes(system, "", HealthCheckResponse.SERVING)

    assert codes <= {grpc.StatusCode.UNAVAILABLE}
    assert counts(answer) == [("x", 1)]


async def test_a_frozen_resolver_costs_its_callers_their_deadline_and_nobody_else(system: System) -> None:
    async with system.resolver() as stub:
        await stub.ResolveCards(unknown("frozen"))
        frozen = system.stack.pid("resolver")

        os.kill(frozen, signal.SIGSTOP)
        try:
            error = await refusal(stub.ResolveCards(unknown("frozen"), timeout=1))
            await health_becomes(system, "resolver", HealthCheckResponse.NOT_SERVING)
        finally:
            os.kill(frozen, signal.SIGCONT)
        await health_becomes(system, "resolver", HealthCheckResponse.SERVING)
        answer = await stub.ResolveCards(unknown("frozen"))

    assert error.code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert len(answer.resolutions) == 1


async def test_data_survives_a_restart_of_everything(system: System) -> None:
    async with system.resolver() as stub:
        await stub.ResolveCards(unknown("restart"))

    await system.stack.stop()
    await system.stack.start()

    async with system.resolver() as stub:
        answer = await stub.ListGaps(pb.ListGapsRequest(source="restart"))
    assert counts(answer) == [("x", 1)]


async def test_a_scan_outlives_the_process_that_accepted_it_and_whoever_watches_goes_on(
    system: System, tmp_path: Path
) -> None:
    path = tmp_path / "scan.csv"
    path.write_text(rows(300))
    await import_examples(system)
    await pause(system)
    scanning = asyncio.create_task(as_user(system, "outliving", "scan", str(path), "--json"))
    name = await waiting_job(system, "outliving")
    watching = await system.start_atelier("jobs", "watch", name, "--json")
    assert watching.stdout is not None
    first = await watching.stdout.readline()

    os.kill(system.stack.pid("resolver"), signal.SIGKILL)
    await health_becomes(system, "resolver", HealthCheckResponse.NOT_SERVING)
    await health_becomes(system, "resolver", HealthCheckResponse.SERVING)
    await resume(system)
    ended, (rest, told) = await asyncio.gather(scanning, watching.communicate())

    assert ended.code == 0, ended.err
    [found] = ended.lines()
    assert (found["state"], found["resolved"]) == ("SUCCEEDED", 300)
    assert found["user_cards_created"] == 102
    assert [json.loads(line)["state"] for line in (first, rest.splitlines()[-1])] == ["QUEUED", "SUCCEEDED"]
    assert told.decode().count("was lost; watching goes on") == 1
    assert ended.err.count("was lost; watching goes on") <= 1  # It may have begun to watch only afterwards.
