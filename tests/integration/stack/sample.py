"""A small system for the stack's tests: a program with a schema, and a gateway that answers health checks.

Run as a script, `sample.py ROOT [--stubborn]`, it is what `atelier up` is, and writes READY when it serves.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from cli.stack.ports import Ports
from cli.stack.problems import StackError
from cli.stack.programs import Program, Surroundings
from cli.stack.stack import Stack

MIGRATE = """
import asyncio, asyncpg, os

async def main():
    connection = await asyncpg.connect(os.environ["ATELIER_RESOLVER_DATABASE_URL"])
    await connection.execute("CREATE TABLE IF NOT EXISTS cards (id int PRIMARY KEY, embedding vector(3))")
    await connection.close()

asyncio.run(main())
"""

SERVE = """
import json, signal
print(json.dumps({"timestamp": "2026-01-01T00:00:00Z", "level": "info", "event": "started", "process": "resolver"}))
signal.signal(signal.SIGTERM, lambda *_: exit(0))
while True:
    signal.pause()
"""

GATEWAY = """
import asyncio, os, signal, grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

async def main():
    server = grpc.aio.server()
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    server.add_insecure_port("127.0.0.1:" + os.environ["ATELIER_GATEWAY_PORT"])
    await server.start()
    await servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    await server.stop(1)

asyncio.run(main())
"""


def resolver_settings(around: Surroundings) -> Mapping[str, str]:
    return {"ATELIER_RESOLVER_DATABASE_URL": around.database_url("resolver")}


def gateway_settings(around: Surroundings) -> Mapping[str, str]:
    return {"ATELIER_GATEWAY_PORT": str(around.ports.gateway)}


RESOLVER = Program(
    name="resolver", arguments=("-c", SERVE), migrate=("-c", MIGRATE), settings=resolver_settings, health_port=None
)
PROGRAMS = (
    RESOLVER,
    Program(
        name="gateway",
        arguments=("-c", GATEWAY),
        settings=gateway_settings,
        health_port=lambda ports: ports.gateway,
        stage=2,
    ),
)
STUBBORN = Program(
    name="stubborn",
    arguments=("-c", SERVE.replace("lambda *_: exit(0)", "lambda *_: print('not yet')")),
    settings=lambda around: {},
    stage=3,
)


def main() -> None:
    ports = Ports.free()
    programs = (*PROGRAMS, STUBBORN) if "--stubborn" in sys.argv else PROGRAMS
    stack = Stack(Path(sys.argv[1]), programs=programs, ports=ports, output=sys.stdout)

    def say_ready() -> None:
        sys.stdout.write(f"READY {json.dumps(asdict(ports))}\n")
        sys.stdout.flush()

    try:
        asyncio.run(stack.run_until_signal(say_ready))
    except StackError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
