"""Use case: the state of the system, as the services tell it at this moment."""

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta

from atelier.gateway.v1 import gateway_service_pb2 as pb
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.jobs.v1.jobs_service_pb2_grpc import JobsServiceStub
from google.rpc import status_pb2

from chassis.version import VERSION_KEY, installed_version
from gateway.fanout.services import ServiceFailed, Services, time_to_ask
from gateway.health import ServiceHealth
from gateway.load import Load
from gateway.metadata import Metadata


class System:
    """Tells operators how every service is."""

    def __init__(self, *, services: Services, health: Mapping[str, ServiceHealth], load: Load) -> None:
        self._services = services
        self._health = health
        self._load = load
        self._version = installed_version()

    async def get(self, *, metadata: Metadata, seconds: float) -> pb.GetSystemResponse:
        """The gateway and every configured service, within so many seconds, and what passes this process."""
        until = time_to_ask(seconds)
        told = await asyncio.gather(*(self._ask(service, metadata, until) for service in self._services.names))
        services = sorted([self._gateway(), *told], key=lambda service: service.name)
        return pb.GetSystemResponse(services=services, load=load_message(self._load))

    def _gateway(self) -> pb.SystemService:
        health = [pb.PartHealth(serving=True)]
        return pb.SystemService(name="gateway", version=self._version, health=health, status=status_pb2.Status())

    async def _ask(self, service: str, metadata: Metadata, until: float | None) -> pb.SystemService:
        reported, started = self._health[service].reported(), time.monotonic()
        health = [pb.PartHealth(name=name, serving=reported[name]) for name in sorted(reported)]
        told = pb.SystemService(name=service, health=health, status=status_pb2.Status())
        request = jobs_pb.ListQueuesRequest(parent=service)
        try:
            answer = await self._services.ask(service, _list_queues, request, metadata=metadata, until=until)
            told.queues.extend(answer.message.queues)
            told.version = str(dict(answer.trailers).get(VERSION_KEY, ""))
        except ServiceFailed as failed:
            told.status.CopyFrom(failed.status)
        told.latency.FromTimedelta(timedelta(seconds=time.monotonic() - started))
        return told


def load_message(load: Load) -> pb.GatewayLoad:
    """The load as it is told."""
    return pb.GatewayLoad(
        calls=load.calls,
        calls_per_second=load.ended.per_second(),
        shed_per_second=load.shed.per_second(),
        limited_per_second=load.limited.per_second(),
        lag=timedelta(seconds=load.lag_seconds),
        limits_shared=load.limits_shared,
    )


def _list_queues(channel: object) -> object:
    return JobsServiceStub(channel).ListQueues
