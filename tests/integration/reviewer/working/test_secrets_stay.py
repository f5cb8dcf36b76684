"""Planted secrets are looked for wherever something could have left them: traffic, logs, keys, values and tables."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import structlog
from atelier.reviewer.v1 import review_service_pb2 as pb
from pydantic import SecretStr

from chassis.redis import open_redis
from tests.conftest import Schema, Servers
from tests.integration.generator.backends.loopback import Exchange
from tests.integration.reviewer.models.model_server import ModelServer, words_sent
from tests.integration.reviewer.working.conftest import NewWorkshop
from tests.integration.reviewer.workshop import Workshop, source
from tests.invented_secrets import in_code, invented_secrets, plant
from tests.shared_data import REPOSITORY

SECRETS = invented_secrets()
SAMPLES = REPOSITORY / "tests" / "samples" / "reviewer"
CODE = "\n".join(in_code(kind, secret) for kind, secret in SECRETS.items())
TOKEN = SECRETS["github-token"]
# Linters quote a key that stands twice. A password is one by what is around it, which is in the same file.
TWICE = "\n".join(f'x = {{"{secret}": 1, "{secret}": 2}}' for secret in SECRETS.values() if "\n" not in secret)
QUOTED = f"{CODE}\n{TWICE}\n"
# What tells a secret: of one of several lines, each of them.
TELLING = [line for secret in SECRETS.values() for line in secret.split("\n") if "PRIVATE" not in line]


def echo(server: ModelServer) -> None:
    """Have the model repeat what it is told, and, where it saw a mark of each, all secrets, as if it had guessed."""

    async def repeat(exchange: Exchange) -> None:
        said, guessed = words_sent(exchange), SECRETS
        if any(f"<{kind}-" not in said for kind in SECRETS):
            guessed = {}
        places = {"file": 1, "start_line": 1, "end_line": 1, "severity": "HIGH", "category": "BUG", "confidence": 1}
        findings = [
            {"rule": secret, "message": in_code(kind, secret), "replacement": in_code(kind, secret), **places}
            for kind, secret in guessed.items()
        ]
        summary = f"{said}\n{CODE}" if guessed else said
        server.says = json.dumps({"summary": summary, "findings": [*findings, summary, {summary: summary}]})
        server.fault = None
        server.asked.pop()
        await server.handle(exchange)
        server.fault = repeat

    server.fault = repeat


async def everything_in_redis(url: str) -> AsyncIterator[bytes]:
    """All keys and all values, of whatever type."""
    redis = open_redis(SecretStr(url), answer_seconds=10.0)
    async for key in redis.scan_iter():
        yield key
        match (await redis.type(key)).decode():
            case "string":
                yield await redis.get(key)
            case "stream":
                yield repr(await redis.xrange(key)).encode()
            case "hash":
                yield repr(await redis.hgetall(key)).encode()
            case "set":
                yield repr(await redis.smembers(key)).encode()
            case "zset":
                yield repr(await redis.zrange(key, 0, -1)).encode()
            case "none":
                pass  # It ended meanwhile.
            case other:
                raise AssertionError(f"a {other} in Redis")
    await redis.aclose()


async def everything_in_tables(workshop: Workshop, schema: Schema) -> list[str]:
    """Every row of every table as text."""
    tables = await workshop.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema.name)
    rows = [row for table in tables for row in await workshop.fetch(f"SELECT t::text FROM {table['tablename']} AS t")]  # noqa: S608
    return [row["t"] for row in rows]


def told_in(text: str) -> Iterator[str]:
    """The secrets that stand in it, as they are or in hex, as PostgreSQL writes bytes."""
    for secret in TELLING:
        if secret in text or secret.encode().hex() in text:
            yield secret


async def look_at_everything(workshop: Workshop) -> list[pb.Review]:
    """Review secrets wherever they can stand: in code, in a path, in what linters quote, in an error, in samples."""
    files = [source("all.py", CODE), source(f"src/{TOKEN}.py", QUOTED)]
    planted = [path for path in sorted(SAMPLES.rglob("*.*")) if "@@" in path.read_text() and path.suffix != ".md"]
    samples = [source(str(path.relative_to(SAMPLES)), plant(path.read_text())) for path in planted]
    error = f"KeyError: {TOKEN}\n{CODE}"
    return [
        await workshop.review(*files, *samples),
        await workshop.review(source("changed.py", CODE, (1, 3))),
        await workshop.debug(error, source(f"{TOKEN}/all.py", CODE), source("plain.sql", "SELECT 1;")),
    ]


async def test_no_secret_is_in_traffic_logs_redis_or_tables(
    new_workshop: NewWorkshop, servers: Servers, schema: Schema, capfd: pytest.CaptureFixture[str], caplog: Any
) -> None:
    caplog.set_level("DEBUG")
    with structlog.testing.capture_logs() as logs:
        async with new_workshop() as workshop:
            echo(workshop.server)
            reviews = await look_at_everything(workshop)
            traffic = b"".join(exchange.head + exchange.body for exchange in workshop.server.asked)
            redis = b"\n".join([one async for one in everything_in_redis(servers.stack.redis_url)])
            tables = "\n".join(await everything_in_tables(workshop, schema))
    written = capfd.readouterr()
    logged = "\n".join([json.dumps(logs, default=repr), caplog.text, written.out, written.err])

    assert {one.state for one in reviews} == {pb.REVIEW_STATE_SUCCEEDED}
    # What is looked for has been everywhere.
    assert [kind for kind in SECRETS if f"<{kind}-" not in traffic.decode()] == []
    assert b":answer" in redis
    assert "model/github-token-1" in tables
    assert (list(told_in(traffic.decode())), list(told_in(redis.decode(errors="replace")))) == ([], [])
    assert (list(told_in(tables)), list(told_in(logged))) == ([], [])
    assert [list(told_in(str(review))) for review in reviews] == [[], [], []]
