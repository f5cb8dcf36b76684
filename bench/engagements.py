"""How fast the engager carries out what is due, how late it is at a hundred a second, and whether who is held matters.

One worker process and a webhook that answers at once. Beside it, in turns: bare httpx, as many calls at once, without a
signature, a table, an account or a limit.
"""

import asyncio
import functools
import os
import statistics
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import structlog
from atelier.engager.v1 import engagement_service_pb2 as pb

from bench.contestants import servers
from bench.figures import Figure, at_least, at_most
from bench.surroundings import Surroundings
from bench.webhook import Webhook, open_webhook
from chassis.auth import Principal, Role, principal
from cli.stack.programs import REPOSITORY
from cli.stack.stack import Stack
from services.engager.__main__ import migrate_schema
from services.engager.accounts import Accounts
from services.engager.config import EngagerSettings
from services.engager.new_account import new_account
from services.engager.pods import Pods
from services.engager.process import Foundation, foundation
from services.engager.scheduling import Scheduled, Scheduling

SCHEMA, SECRET = "engager", "bench"
RUNS, DUE, CONCURRENCY, ACCOUNTS = 3, 2_000, 50, 100
RATE, SECONDS, AHEAD_SECONDS = 100, 10, 1.5
MANY = 100_000  # A limit that is looked at and never met.


async def measure(around: Surroundings) -> list[Figure]:
    """All of them, on servers of their own."""
    async with servers([SCHEMA]) as stack, open_webhook() as webhook, _engager(stack) as (base, environment):
        bench = Bench(base, webhook, environment)
        await bench.prepare()
        return [await bench.dispatch(), *await bench.lateness()]


class Bench:
    """Activities on one schema, and who is called."""

    def __init__(self, base: Foundation, webhook: Webhook, environment: Mapping[str, str]) -> None:
        self._webhook = webhook
        self._environment = environment
        self._pods = Pods(database=base.database)
        self._accounts = Accounts(database=base.database, addresses=base.addresses, secrets=base.secrets)
        self._scheduling = Scheduling(
            database=base.database, transactions=base.jobs.transactions, deadline_seconds=86_400.0
        )
        self._members: list[UUID] = []

    async def prepare(self) -> None:
        """Accounts of one pod."""
        self._pod: UUID = (await self._pods.create("bench"))["pod_id"]
        self._members = [await self._account(str(number), "/done") for number in range(ACCOUNTS)]

    async def dispatch(self) -> Figure:
        """Calls a second from the first to the last, of what is due when a worker starts."""
        rates: tuple[list[float], list[float]] = ([], [])
        command = ["-m", "bench.bare_httpx", f"{self._webhook.address}/done", str(DUE), str(CONCURRENCY)]
        for _ in range(RUNS):
            now = datetime.now(UTC)
            await self._schedule(self._members, [now] * DUE)
            async with self._process(["-m", "services.engager", "work"]):
                rates[0].append(await self._rate())
            async with self._process(command):
                rates[1].append(await self._rate())
        ours, bare = (statistics.median(some) for some in rates)
        ratio, against = ours / bare, f"bare httpx, {CONCURRENCY} at once: {bare:,.0f}"
        return Figure("engagements", "activities that are due", "per s", ours, against, ratio, *at_least(ratio, 0.5))

    async def lateness(self) -> list[Figure]:
        """At a steady rate, without and with an account that is held and has as much due."""
        async with self._process(["-m", "services.engager", "work"]):
            await self._late([])  # Warms up.
            alone = await self._late([])
            beside = await self._late([await self._account("held", "/refused")])
        alone_ms, beside_ms = (1000 * statistics.quantiles(some, n=100)[98] for some in (alone, beside))
        middle_ms = 1000 * statistics.median(alone)
        what, ratio = f"late at {RATE} due a second", beside_ms / alone_ms
        without = f"without: {alone_ms:.1f} ms"
        return [
            Figure("engagements", f"{what}, p50", "ms", middle_ms),
            Figure("engagements", f"{what}, p99", "ms", alone_ms, "", None, *at_most(alone_ms, 250)),
            Figure("engagements", f"{what}, p99, beside one held", "ms", beside_ms, without, ratio),
        ]

    async def _rate(self) -> float:
        await self._webhook.until(DUE)
        times = sorted(self._webhook.take().values())
        return (len(times) - 1) / (times[-1] - times[0])

    async def _late(self, held: Sequence[UUID]) -> list[float]:
        """Seconds from each one's time to its call. Those that are held have as many due, of which none is called."""
        first = datetime.now(UTC) + timedelta(seconds=AHEAD_SECONDS)
        times = [first + timedelta(seconds=number / RATE) for number in range(RATE * SECONDS)]
        if held:
            await self._schedule(held, times)
        due = await self._schedule(self._members, times)
        await self._webhook.until(len(due))
        return [arrived - due[key].timestamp() for key, arrived in self._webhook.take().items()]

    async def _schedule(self, accounts: Sequence[UUID], times: Sequence[datetime]) -> dict[str, datetime]:
        """Activities of the accounts in turns: when each is due, by its key."""
        items = [self._like(accounts[place % len(accounts)], due) for place, due in enumerate(times)]
        results = await self._scheduling.schedule(items)
        made = [result.row for result in results if isinstance(result, Scheduled)]
        return {str(row["activity_id"]): row["run_at"] for row in made}

    async def _account(self, name: str, path: str) -> UUID:
        webhook = pb.WebhookConnector(url=f"{self._webhook.address}{path}", secret=SECRET)
        request = pb.CreateAccountRequest(
            pod_id=str(self._pod), name=name, webhook=webhook, per_hour=MANY, per_day=MANY
        )
        account_id: UUID = (await self._accounts.create(new_account(request)))["account_id"]
        return account_id

    def _like(self, account_id: UUID, due: datetime) -> pb.NewActivity:
        activity = pb.NewActivity(
            pod_id=str(self._pod), account_id=str(account_id), post=uuid4().hex, kind=pb.ACTIVITY_KIND_LIKE
        )
        activity.due_time.FromDatetime(due)
        return activity

    @asynccontextmanager
    async def _process(self, arguments: Sequence[str]) -> AsyncIterator[None]:
        """A process of Python's for the block's time."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=REPOSITORY, env=self._environment, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


@asynccontextmanager
async def _engager(stack: Stack) -> AsyncIterator[tuple[Foundation, Mapping[str, str]]]:
    """What the engager stands on, and the environment of its workers."""
    secrets = stack.layout.webhook_secrets
    (secrets / SECRET).write_text("s" * 32)
    environment = {
        "PATH": os.environ["PATH"],
        "ATELIER_ENGAGER_DATABASE_URL": stack.database_url(SCHEMA),
        "ATELIER_REDIS_URL": stack.redis_url,
        "ATELIER_JWT_SECRET_FILE": str(stack.layout.jwt_secret),
        "ATELIER_ENGAGER_SECRETS_FOLDER": str(secrets),
        "ATELIER_ENGAGER_ALLOW_HTTP": "true",
        "ATELIER_ENGAGER_ALLOWED_NETWORKS": "127.0.0.0/8",
        "ATELIER_ENGAGER_METRICS_PORT": "0",
        "ATELIER_ENGAGER_ACTIVITY_CONCURRENCY": str(CONCURRENCY),
    }
    settings = EngagerSettings(
        database_url=stack.database_url(SCHEMA),
        redis_url=stack.redis_url,
        jwt_secret_file=stack.layout.jwt_secret,
        secrets_folder=secrets,
        allow_http=True,
        allowed_networks="127.0.0.0/8",
        metrics_port=0,
    )
    log = structlog.get_logger()
    await asyncio.to_thread(functools.partial(migrate_schema, settings, log))
    base = foundation(settings, log)
    token = principal.set(Principal("bench", Role.USER))
    for part in base.parts:
        await part.start()
    try:
        yield base, environment
    finally:
        for part in reversed(base.parts):
            await part.stop()
        principal.reset(token)
