"""Where the engager's crash tests happen: a schema, a receiver over a real socket, and the judgement at the end."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from atelier.engager.v1 import engagement_service_pb2 as pb
from google.protobuf.duration_pb2 import Duration
from opentelemetry.metrics import NoOpMeter

from chassis.auth import Principal, Role, principal
from chassis.postgres import Database
from jobs.runtime import JobRuntime
from services.engager.accounts import Accounts
from services.engager.activities import activity_kind
from services.engager.cancelling import Cancelling
from services.engager.config import EngagerSettings
from services.engager.connectors.addresses import Addresses
from services.engager.connectors.secrets_folder import SecretsFolder
from services.engager.new_account import new_account
from services.engager.pods import Pods
from services.engager.scheduling import Scheduled, Scheduling
from services.engager.timing import jittered
from tests.conftest import Schema
from tests.crash import engager_program
from tests.crash.crew import Crew, Member, until
from tests.integration.engager.receiver import SECRET, SECRET_NAME, Behaviour, Receiver, Request, open_receiver

OWNER = "somebody"
LEASE_SECONDS = 1.0
CALL_SECONDS = 1.0
HOUR_SECONDS, DAY_SECONDS = 1.5, 3.0
TABLES = ("activities", "acts", "pod_accounts", "jobs", "held_keys")


@dataclass(frozen=True)
class EngagerGround:
    """One schema, the workers on it, and who they call."""

    database: Database
    pods: Pods
    accounts: Accounts
    scheduling: Scheduling
    cancelling: Cancelling
    receiver: Receiver
    crew: Crew

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows of a query."""
        async with self.database.connection() as connection:
            return await connection.fetch(query, *arguments)

    def worker(self, *, aim: str = "") -> Member:
        """A worker. `aim`: as in jobs/points.py, without the file."""
        return self.crew.fork(engager_program.main, "work", aim=aim)

    async def schedule(
        self,
        accounts: int,
        each: int,
        *,
        within_seconds: float = 0.0,
        behaviours: Sequence[Sequence[Behaviour]] = ((),),
        per_hour: int = 0,
        per_day: int = 0,
    ) -> list[UUID]:
        """So many activities of each of so many accounts, due one after the other.

        `behaviours`: what becomes of the first calls of each account, in turns.
        """
        pod_id = (await self.pods.create("all"))["pod_id"]
        now, made = datetime.now(UTC), []
        for number in range(accounts):
            url = self.receiver.url(f"/{number}", *behaviours[number % len(behaviours)])
            request = pb.CreateAccountRequest(
                pod_id=str(pod_id),
                name=str(number),
                webhook=pb.WebhookConnector(url=url, secret=SECRET_NAME, status_url=self.receiver.status_url),
                per_hour=per_hour,
                per_day=per_day,
            )
            account = await self.accounts.create(new_account(request))
            made += [
                _like(pod_id, account["account_id"], place, now + timedelta(seconds=within_seconds * place / each))
                for place in range(each)
            ]
        results = await self.scheduling.schedule(made)
        return [result.row["activity_id"] for result in results if isinstance(result, Scheduled)]

    async def ended(self, *, seconds: float = 60.0) -> None:
        """Wait until all jobs have ended."""

        async def is_over() -> bool:
            return await self.fetch("SELECT FROM jobs WHERE ended_at IS NULL LIMIT 1") == []

        await until(is_over, "all activities have ended", seconds=seconds)

    async def everything(self) -> list[list[asyncpg.Record]]:
        """All rows there are."""
        return [await self.fetch(f"SELECT * FROM {table} ORDER BY {table}::text") for table in TABLES]  # noqa: S608

    async def problems(self, *, per_hour: int = 0, per_day: int = 0) -> list[str]:
        """What is lost, done twice, early or too much, where everything should have happened."""
        rows = await self.fetch("SELECT id, state, key, due_at, jitter_seconds FROM activities")
        found = [f"the activity {row['id']} is {row['state']}" for row in rows if row["state"] != "SUCCEEDED"]
        found += [f"{row['id']} didn't reach the receiver" for row in rows if str(row["id"]) not in self.receiver.done]
        found += [f"{action} came under several keys" for action in self.receiver.twice]
        found += [f"{len(self.receiver.forged)} calls were not signed"] * bool(self.receiver.forged)
        not_before = {str(row["id"]): jittered(row["due_at"], row["jitter_seconds"], row["key"]) for row in rows}
        found += [f"{call.key} was early" for call in self.receiver.calls if call.at < not_before[call.key].timestamp()]
        for limit, seconds in ((per_hour, HOUR_SECONDS), (per_day, DAY_SECONDS)):
            most = max(_most_within(list(calls), seconds) for calls in self._by_account())
            found += [f"an account acted {most} times in {seconds:g} s"] * bool(limit and most > limit)
        return found

    def _by_account(self) -> list[list[Request]]:
        calls = sorted(self.receiver.calls, key=lambda call: (call.path, call.at))
        return [list(some) for _, some in groupby(calls, key=lambda call: call.path)]


@asynccontextmanager
async def open_engager_ground(
    *, schema: Schema, secret: Path, redis_url: str | None, folder: Path
) -> AsyncIterator[EngagerGround]:
    """Ground on a migrated schema, whose caller is OWNER."""
    (folder / "secrets").mkdir()
    (folder / "secrets" / SECRET_NAME).write_bytes(SECRET)
    database = Database(
        url=schema.url, schema=schema.name, pool_size=4, statement_timeout_seconds=10, meter=NoOpMeter("crash")
    )
    await database.start()
    token = principal.set(Principal(OWNER, Role.USER))
    environment = _environment(schema, secret, redis_url, folder)
    try:
        async with open_receiver() as receiver, Crew(folder, environment) as crew:
            yield _wired(database, schema, secret, folder / "secrets", receiver, crew)
    finally:
        principal.reset(token)
        await database.stop()


def _environment(schema: Schema, secret: Path, redis_url: str | None, folder: Path) -> dict[str, str]:
    return {
        "ATELIER_ENGAGER_DATABASE_URL": schema.url.get_secret_value(),
        "ATELIER_ENGAGER_SCHEMA_NAME": schema.name,
        "ATELIER_ENGAGER_LEASE_SECONDS": str(LEASE_SECONDS),
        "ATELIER_ENGAGER_GRACE_SECONDS": "0.3",
        # Also how long a frozen worker's transaction keeps its locks.
        "ATELIER_ENGAGER_STATEMENT_TIMEOUT_SECONDS": "3",
        "ATELIER_ENGAGER_METRICS_PORT": "0",
        "ATELIER_ENGAGER_CALL_SECONDS": str(CALL_SECONDS),
        "ATELIER_ENGAGER_SECRETS_FOLDER": str(folder / "secrets"),
        "ATELIER_ENGAGER_ALLOW_HTTP": "true",
        "ATELIER_ENGAGER_ALLOWED_NETWORKS": "127.0.0.0/8",
        "ATELIER_JWT_SECRET_FILE": str(secret),
        "ATELIER_TEST_HOUR_SECONDS": str(HOUR_SECONDS),
        "ATELIER_TEST_DAY_SECONDS": str(DAY_SECONDS),
        **({} if redis_url is None else {"ATELIER_REDIS_URL": redis_url}),
    }


def _wired(
    database: Database, schema: Schema, secret: Path, secrets: Path, receiver: Receiver, crew: Crew
) -> EngagerGround:
    settings = EngagerSettings(
        database_url=schema.url.get_secret_value(),
        jwt_secret_file=secret,
        secrets_folder=secrets,
        allow_http=True,
        allowed_networks="127.0.0.0/8",
    )
    jobs = JobRuntime(
        service="engager",
        database=database,
        kinds=[activity_kind(settings)],
        settings=settings,
        prefix=schema.name,
        meter=NoOpMeter("crash"),
        log=structlog.get_logger("crash"),
    )
    addresses = Addresses(allow_http=True, allowed=settings.networks)
    return EngagerGround(
        database=database,
        pods=Pods(database=database),
        accounts=Accounts(database=database, addresses=addresses, secrets=SecretsFolder(secrets)),
        scheduling=Scheduling(
            database=database, transactions=jobs.transactions, deadline_seconds=settings.deadline_seconds
        ),
        cancelling=Cancelling(database=database, transactions=jobs.transactions),
        receiver=receiver,
        crew=crew,
    )


def _like(pod_id: UUID, account_id: UUID, number: int, due: datetime) -> pb.NewActivity:
    activity = pb.NewActivity(
        pod_id=str(pod_id),
        account_id=str(account_id),
        post=f"https://example.test/{number}",
        kind=pb.ACTIVITY_KIND_LIKE,
        jitter=Duration(nanos=200_000_000),
    )
    activity.due_time.FromDatetime(due)
    return activity


def _most_within(calls: Sequence[Request], seconds: float) -> int:
    """The most of them in any window."""
    return max(sum(first.at <= call.at < first.at + seconds for call in calls) for first in calls)
