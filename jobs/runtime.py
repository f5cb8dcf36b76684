"""Builds the job runtime of one service's process from leaf to root, so that each service does it by one line."""

from collections.abc import Mapping, Sequence

import structlog
from atelier.jobs.v1.jobs_service_pb2_grpc import add_JobsServiceServicer_to_server
from opentelemetry.metrics import Meter

from chassis.health import Dependency
from chassis.lifecycle import Part
from chassis.postgres import Database
from chassis.redis import open_redis
from chassis.server import Service
from jobs.bell import Bell
from jobs.config import JobSettings
from jobs.events import Events
from jobs.kinds import Kind
from jobs.names import Names
from jobs.operating import Operating
from jobs.queues import Queues
from jobs.running import Handler
from jobs.servicer import ROLES, SERVICE_NAME, JobsServicer
from jobs.statistics import QueueStatistics
from jobs.tally import Tally
from jobs.transactions import Transactions
from jobs.watching import Watching
from jobs.worker import Worker

# Longer than the longest blocking read, so that it ends by itself.
ANSWER_SECONDS = 8.0


class JobRuntime:
    """What `serve` and `work` share: the way to enqueue, and the channels on which processes tell each other."""

    def __init__(
        self,
        *,
        service: str,
        database: Database,
        kinds: Sequence[Kind],
        settings: JobSettings,
        prefix: str,
        meter: Meter,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        """`service`: the first word of its jobs' names. `prefix`: of its keys in Redis, the schema's name."""
        self.kinds: Mapping[str, Kind] = {kind.name: kind for kind in kinds}
        self.names = Names(service)
        self._database = database
        self._settings = settings
        self._log = log
        self._redis = Redis(settings)
        self.tally = Tally(meter)
        self.bell = Bell(redis=self._redis.client, prefix=prefix, tally=self.tally, log=log)
        self.events = Events(redis=self._redis.client, prefix=prefix, log=log)
        self.transactions = Transactions(database=database, bell=self.bell, events=self.events, kinds=self.kinds)
        self.operating = Operating(
            names=self.names,
            database=database,
            transactions=self.transactions,
            events=self.events,
            kinds=self.kinds,
        )
        # A part that starts last and stops first, before the server waits for its streams.
        self.watching = Watching(names=self.names, database=database, events=self.events, kinds=self.kinds)
        # A part of a process that answers calls.
        self.statistics = QueueStatistics(
            database=database, kinds=self.kinds, stuck_seconds=settings.stuck_seconds, meter=meter, log=log
        )

    def dependencies(self) -> Sequence[Dependency]:
        """What the health of a process follows beside its database; it serves whatever becomes of these."""
        redis = [] if self._redis.client is None else [Dependency("redis", self._redis.check, required=False)]
        return [*redis, self.statistics.dependency]

    def serving_parts(self) -> Sequence[Part]:
        """What a process needs that enqueues and shows jobs; they start after the database."""
        return [self._redis, self.bell, self.events]

    def service(self) -> Service:
        """jobs.v1.JobsService for this service's jobs."""
        servicer = JobsServicer(
            names=self.names,
            operating=self.operating,
            watching=self.watching,
            queues=Queues(
                names=self.names,
                database=self._database,
                transactions=self.transactions,
                bell=self.bell,
                kinds=self.kinds,
                stuck_seconds=self._settings.stuck_seconds,
            ),
        )
        return Service(name=SERVICE_NAME, add=add_JobsServiceServicer_to_server, servicer=servicer, roles=ROLES)

    def worker(self, handlers: Mapping[str, Handler]) -> Worker:
        """What works on the kinds that have a handler here; it starts last and so stops first."""
        return Worker(
            database=self._database,
            transactions=self.transactions,
            bell=self.bell,
            events=self.events,
            kinds=self.kinds,
            handlers=handlers,
            lease_seconds=self._settings.lease_seconds,
            grace_seconds=self._settings.grace_seconds,
            tally=self.tally,
            log=self._log,
        )


class Redis:
    """The process's client, as a part: closing it, and whether its server answers."""

    def __init__(self, settings: JobSettings) -> None:
        url = settings.redis_url
        self.client = None if url is None else open_redis(url, answer_seconds=ANSWER_SECONDS)

    async def start(self) -> None:
        """It connects when first used."""

    async def check(self) -> None:
        """Raises `redis.RedisError` or OSError unless the server answers."""
        if self.client is not None:
            await self.client.ping()

    async def stop(self) -> None:
        """Close its connections."""
        client, self.client = self.client, None
        if client is not None:
            await client.aclose()
