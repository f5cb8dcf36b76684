"""The engager as a whole on a schema of the test's own: activities scheduled, carried out, and looked at."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import structlog
from atelier.engager.v1 import engagement_service_pb2 as pb
from opentelemetry.metrics import NoOpMeter

from chassis.auth import Principal, Role, principal
from chassis.postgres import Database
from jobs.runtime import JobRuntime
from services.engager.accounts import Accounts
from services.engager.activities import ActivityHandler, activity_kind
from services.engager.attempts import Attempts, Windows
from services.engager.call_tally import CallTally
from services.engager.cancelling import Cancelling
from services.engager.config import EngagerSettings
from services.engager.connectors.addresses import Addresses
from services.engager.connectors.choosing import Connectors
from services.engager.connectors.client import Client
from services.engager.connectors.secrets_folder import SecretsFolder
from services.engager.new_account import new_account
from services.engager.pods import Pods
from services.engager.resuming import Resuming
from services.engager.scheduling import Scheduled, Scheduling
from tests.conftest import Schema
from tests.crash.crew import until
from tests.integration.engager.receiver import SECRET, SECRET_NAME

OWNER = "ann"
LOCAL = ip_network("127.0.0.0/8")


@dataclass(frozen=True)
class Engager:
    """All use cases, sharing one pool, and a worker's handler."""

    database: Database
    jobs: JobRuntime
    pods: Pods
    accounts: Accounts
    scheduling: Scheduling
    cancelling: Cancelling
    resuming: Resuming
    handler: ActivityHandler

    async def fetch(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """What stands in the tables."""
        async with self.database.connection() as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]

    async def account(self, **asked: Any) -> UUID:
        """An account of a new pod."""
        pod = await self.pods.create(uuid4().hex)
        request = pb.CreateAccountRequest(pod_id=str(pod["pod_id"]), name="one", **asked)
        account_id: UUID = (await self.accounts.create(new_account(request)))["account_id"]
        return account_id

    async def webhook(self, url: str, status_url: str = "", **asked: Any) -> UUID:
        """An account with a webhook."""
        webhook = pb.WebhookConnector(url=url, secret=SECRET_NAME, status_url=status_url)
        return await self.account(webhook=webhook, **asked)

    async def schedule(self, account_id: UUID, *, times: int = 1, in_seconds: float = 0.0, **asked: Any) -> list[UUID]:
        """So many likes of an account."""
        [account] = await self.fetch("SELECT pod_id FROM pod_accounts WHERE id = $1", account_id)
        due = datetime.now(UTC) + timedelta(seconds=in_seconds)
        items = [
            pb.NewActivity(
                pod_id=str(account["pod_id"]),
                account_id=str(account_id),
                post=f"https://example.test/{number}",
                kind=pb.ACTIVITY_KIND_LIKE,
                **asked,
            )
            for number in range(times)
        ]
        for item in items:
            item.due_time.FromDatetime(due)
        return _ids(await self.scheduling.schedule(items))

    async def get(self, activity_id: UUID) -> dict[str, Any]:
        """An activity's row as it is shown, with how often its account acted and its job."""
        [row] = await self.fetch(
            "SELECT shown.*, jobs.state AS job_state FROM shown_activities AS shown JOIN jobs ON jobs.id = job_id "
            "WHERE activity_id = $1",
            activity_id,
        )
        return row

    async def in_state(self, activity_id: UUID, *states: str) -> dict[str, Any]:
        """The activity once it stands there, and its job has ended where that means an end."""

        async def stands() -> bool:
            return (await self.get(activity_id))["state"] in states

        await until(stands, f"the activity is {' or '.join(states)}")
        return await self.get(activity_id)

    async def ended(self, *ids: UUID) -> list[dict[str, Any]]:
        """The activities once they have ended, in order."""
        return [await self.in_state(one, "SUCCEEDED", "FAILED", "UNCERTAIN", "SKIPPED", "CANCELLED") for one in ids]

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A worker carries them out for the block's time."""
        worker = self.jobs.worker({"activity": self.handler})
        await worker.start()
        try:
            yield
        finally:
            await worker.stop()


@asynccontextmanager
async def open_engager(
    database: Database,
    schema: Schema,
    redis_url: str | None,
    folder: Path,
    *,
    windows: Windows | None = None,
    **settings: Any,
) -> AsyncIterator[Engager]:
    """The engager, whose caller is OWNER; nothing is carried out. `windows`: others than hours and days."""
    (folder / "jwt").write_text("s" * 64)
    (folder / "secrets").mkdir()
    (folder / "secrets" / SECRET_NAME).write_bytes(SECRET)
    known = EngagerSettings(
        database_url=schema.url.get_secret_value(),
        jwt_secret_file=folder / "jwt",
        secrets_folder=folder / "secrets",
        redis_url=redis_url,
        grace_seconds=0.1,
        **{"call_seconds": 10.0, **settings},
    )
    token = principal.set(Principal(OWNER, Role.USER))
    jobs = _jobs(database, schema, known)
    connectors, addresses = _connectors(known)
    for part in jobs.serving_parts():
        await part.start()
    try:
        attempts = Attempts(database=database, windows=windows or Windows(call_seconds=known.call_seconds))
        yield _wired(database, jobs, known, addresses, connectors, attempts)
    finally:
        for part in reversed(jobs.serving_parts()):
            await part.stop()
        await connectors.stop()
        principal.reset(token)


def _jobs(database: Database, schema: Schema, settings: EngagerSettings) -> JobRuntime:
    return JobRuntime(
        service="engager",
        database=database,
        kinds=[activity_kind(settings)],
        settings=settings,
        prefix=schema.name,
        meter=NoOpMeter("test"),
        log=structlog.get_logger("test"),
    )


def _connectors(settings: EngagerSettings) -> tuple[Connectors, Addresses]:
    addresses = Addresses(allow_http=True, allowed=[LOCAL])
    client = Client(addresses, seconds=settings.call_seconds)
    return Connectors(client=client, secrets=SecretsFolder(settings.secrets_folder)), addresses


def _wired(
    database: Database,
    jobs: JobRuntime,
    settings: EngagerSettings,
    addresses: Addresses,
    connectors: Connectors,
    attempts: Attempts,
) -> Engager:
    transactions, patience = jobs.transactions, settings.deadline_seconds
    return Engager(
        database=database,
        jobs=jobs,
        pods=Pods(database=database),
        accounts=Accounts(database=database, addresses=addresses, secrets=SecretsFolder(settings.secrets_folder)),
        scheduling=Scheduling(database=database, transactions=transactions, deadline_seconds=patience),
        cancelling=Cancelling(database=database, transactions=transactions),
        resuming=Resuming(database=database, transactions=transactions, deadline_seconds=patience),
        handler=ActivityHandler(
            database=database,
            attempts=attempts,
            connectors=connectors,
            tally=CallTally(NoOpMeter("test")),
        ),
    )


def _ids(results: Sequence[Any]) -> list[UUID]:
    made = []
    for result in results:
        assert isinstance(result, Scheduled), result
        made.append(result.row["activity_id"])
    return made
