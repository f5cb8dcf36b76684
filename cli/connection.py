"""The way to the gateway: one channel with the caller's token. Nothing else of the command line opens a connection."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import grpc
from atelier.engager.v1.engagement_service_pb2_grpc import EngagementServiceStub
from atelier.gateway.v1.gateway_service_pb2_grpc import GatewayServiceStub
from atelier.generator.v1.card_art_service_pb2_grpc import CardArtServiceStub
from atelier.generator.v1.credit_service_pb2_grpc import CreditServiceStub
from atelier.generator.v1.generation_service_pb2_grpc import GenerationServiceStub
from atelier.generator.v1.pose_service_pb2_grpc import PoseServiceStub
from atelier.jobs.v1.jobs_service_pb2_grpc import JobsServiceStub
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub
from atelier.resolver.v1.scan_service_pb2_grpc import ScanServiceStub
from atelier.reviewer.v1.quota_service_pb2_grpc import QuotaServiceStub
from atelier.reviewer.v1.repository_service_pb2_grpc import RepositoryServiceStub
from atelier.reviewer.v1.review_service_pb2_grpc import ReviewServiceStub

from chassis.client import open_channel, token_interceptors
from cli.config import CliSettings
from cli.errors import CliError, explain
from cli.exits import ExitCode

RESOLVER_PACKAGE = "atelier.resolver.v1"
MORE_PACKAGES = (
    "atelier.generator.v1",
    "atelier.reviewer.v1",
    "atelier.engager.v1",
    "atelier.jobs.v1",
    "atelier.gateway.v1",
)

T = TypeVar("T")


class Gateway:
    """An open channel to the gateway, and the stubs on it."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.channel = channel
        self.resolver: Any = ResolverServiceStub(channel)
        self.scans: Any = ScanServiceStub(channel)
        self.generations: Any = GenerationServiceStub(channel)
        self.poses: Any = PoseServiceStub(channel)
        self.credits: Any = CreditServiceStub(channel)
        self.card_art: Any = CardArtServiceStub(channel)
        self.reviews: Any = ReviewServiceStub(channel)
        self.repositories: Any = RepositoryServiceStub(channel)
        self.quotas: Any = QuotaServiceStub(channel)
        self.engagements: Any = EngagementServiceStub(channel)
        self.jobs: Any = JobsServiceStub(channel)
        self.batches: Any = GatewayServiceStub(channel)


def call_gateway(settings: CliSettings, work: Callable[[Gateway], Awaitable[T]]) -> T:
    """Run `work` with an open channel. Raises CliError, whatever error a call in it ends with."""

    async def connected() -> T:
        async with open_gateway(settings) as gateway:
            return await work(gateway)

    return asyncio.run(connected())


@asynccontextmanager
async def open_gateway(settings: CliSettings) -> AsyncIterator[Gateway]:
    """A channel for the block's time. Turns the error of any call in the block into a CliError."""
    token = settings.credential()
    channel = open_channel(
        settings.address,
        package=RESOLVER_PACKAGE,
        more_packages=MORE_PACKAGES,
        credentials=_credentials(settings),
        interceptors=token_interceptors(token) if token else (),
    )
    async with channel:
        try:
            yield Gateway(channel)
        except grpc.aio.AioRpcError as error:
            raise explain(error, address=settings.address) from None


def _credentials(settings: CliSettings) -> grpc.ChannelCredentials | None:
    if settings.tls_ca_file is None:
        return None
    files = (settings.tls_ca_file, settings.tls_key_file, settings.tls_certificate_file)
    try:
        roots, key, chain = (file.read_bytes() if file else None for file in files)
    except OSError as error:
        raise CliError(f"The file {error.filename} can't be read ({error.strerror}).", ExitCode.SETTINGS) from None
    return grpc.ssl_channel_credentials(root_certificates=roots, private_key=key, certificate_chain=chain)
