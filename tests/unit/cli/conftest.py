"""A resolver that speaks the real protocol over a real socket, and the command line run against it."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from atelier.engager.v1.engagement_service_pb2_grpc import add_EngagementServiceServicer_to_server
from atelier.gateway.v1.gateway_service_pb2_grpc import add_GatewayServiceServicer_to_server
from atelier.generator.v1.card_art_service_pb2_grpc import add_CardArtServiceServicer_to_server
from atelier.generator.v1.credit_service_pb2_grpc import add_CreditServiceServicer_to_server
from atelier.generator.v1.generation_service_pb2_grpc import add_GenerationServiceServicer_to_server
from atelier.generator.v1.pose_service_pb2_grpc import add_PoseServiceServicer_to_server
from atelier.jobs.v1.jobs_service_pb2_grpc import add_JobsServiceServicer_to_server
from atelier.resolver.v1 import resolver_service_pb2 as messages
from atelier.resolver.v1.card_pb2 import Card, CardDetails, CardSet
from atelier.resolver.v1.resolver_service_pb2_grpc import (
    ResolverServiceServicer,
    add_ResolverServiceServicer_to_server,
)
from atelier.resolver.v1.scan_service_pb2_grpc import add_ScanServiceServicer_to_server
from atelier.reviewer.v1.quota_service_pb2_grpc import add_QuotaServiceServicer_to_server
from atelier.reviewer.v1.repository_service_pb2_grpc import add_RepositoryServiceServicer_to_server
from atelier.reviewer.v1.review_service_pb2_grpc import add_ReviewServiceServicer_to_server
from google.protobuf.timestamp_pb2 import Timestamp
from grpc_health.v1 import health_pb2, health_pb2_grpc
from typer.testing import CliRunner

from chassis.errors import AtelierError, NotFound
from cli.app import app
from cli.config import CliSettings
from tests.unit.cli.aborting import abort
from tests.unit.cli.fake_art import FakeCardArt, FakeCredits, FakePoses
from tests.unit.cli.fake_engagements import FakeEngagements
from tests.unit.cli.fake_generations import FakeGenerations
from tests.unit.cli.fake_jobs import FakeJobs
from tests.unit.cli.fake_reviews import FakeQuotas, FakeRepositories, FakeReviews
from tests.unit.cli.fake_scans import FakeScans
from tests.unit.cli.fake_whole import FakeWhole

SERVING = health_pb2.HealthCheckResponse.SERVING


class FakeResolver(ResolverServiceServicer):
    """Knows the cards `base1-…` and answers by rule; keeps what it was asked."""

    def __init__(self) -> None:
        self.error: AtelierError | None = None
        self.batches: list[int] = []
        self.requests: list[Any] = []
        self.tokens: list[str] = []
        self.imports: list[list[int]] = []
        self.hold_first = False
        self._second_came = asyncio.Event()

    async def ResolveCards(self, request: Any, context: Any) -> Any:
        await self._begin(request, context)
        self.batches.append(len(request.items))
        if self.hold_first:
            await self._let_the_second_pass()
        return messages.ResolveCardsResponse(resolutions=[_resolution(item) for item in request.items])

    async def IdentifyCards(self, request: Any, context: Any) -> Any:
        await self._begin(request, context)
        self.batches.append(len(request.queries))
        return messages.IdentifyCardsResponse(identifications=[_identification(one.text) for one in request.queries])

    async def GetCard(self, request: Any, context: Any) -> Any:
        await self._begin(request, context)
        if not request.catalog_id.startswith("base1-") and not request.card_id:
            await abort(context, NotFound(f"There is no card {request.catalog_id}."))
        return messages.GetCardResponse(card=card(4))

    async def SearchCards(self, request: Any, context: Any) -> Any:
        await self._begin(request, context)
        first = int(request.page_token or 0)
        last = min(first + request.page_size, 2500)
        token = str(last) if last < 2500 else ""
        return messages.SearchCardsResponse(cards=[card(n) for n in range(first, last)], next_page_token=token)

    async def ListGaps(self, request: Any, context: Any) -> Any:
        await self._begin(request, context)
        gap = messages.Gap(
            source="s",
            external_id="\x1b]0;title\x07",
            reason=messages.UNRESOLVED_REASON_NOT_IN_CATALOG,
            count=2,
            first_seen_time=Timestamp(seconds=1),
            last_seen_time=Timestamp(seconds=2),
        )
        return messages.ListGapsResponse(gaps=[gap])

    async def GetCoverage(self, request: Any, context: Any) -> Any:
        await self._begin(request, context)
        return messages.GetCoverageResponse(cards=102, resolutions=messages.ResolutionCounts(key=3))

    async def ImportCards(self, requests: Any, context: Any) -> Any:
        return messages.ImportCardsResponse(summary=await self._import(requests, context))

    async def ImportEmbeddings(self, requests: Any, context: Any) -> Any:
        return messages.ImportEmbeddingsResponse(summary=await self._import(requests, context))

    async def ImportKeys(self, requests: Any, context: Any) -> Any:
        return messages.ImportKeysResponse(summary=await self._import(requests, context))

    async def _import(self, requests: Any, context: Any) -> Any:
        """Rejects what has no name, as a key hasn't; counts the rest as inserted."""
        sizes, rejections, position = [], [], 0
        async for request in requests:
            await self._begin(request, context)
            sizes.append(len(request.records))
            for record in request.records:
                if isinstance(record, messages.CardRecord) and not record.details.name:
                    rejections.append(
                        messages.RejectedRecord(
                            position=position, field="details.name", reason="INVALID_FIELD", message="must not be empty"
                        )
                    )
                position += 1
        self.imports.append(sizes)
        return messages.ImportSummary(
            received=position,
            inserted=position - len(rejections),
            rejected=len(rejections),
            rejections=rejections,
        )

    async def _begin(self, request: Any, context: Any) -> None:
        self.requests.append(request)
        self.tokens.append(dict(context.invocation_metadata()).get("authorization", ""))
        if self.error is not None:
            await abort(context, self.error)

    async def _let_the_second_pass(self) -> None:
        if len(self.batches) == 1:
            await self._second_came.wait()
        else:
            self._second_came.set()


class FakeHealth(health_pb2_grpc.HealthServicer):
    """What the gateway says of the parts."""

    def __init__(self) -> None:
        parts = ("gateway", "resolver", "resolver/postgres", "resolver/atelier.jobs.v1.JobsService")
        self.states: dict[str, int] = dict.fromkeys(parts, SERVING)

    async def List(self, request: Any, context: Any) -> Any:
        checks = {part: health_pb2.HealthCheckResponse(status=state) for part, state in self.states.items()}
        return health_pb2.HealthListResponse(statuses=checks)


@dataclass
class Outcome:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


@dataclass
class FakeGateway:
    """The fake gateway, and a way to run commands against it."""

    address: str
    resolver: FakeResolver
    health: FakeHealth
    jobs: FakeJobs
    scans: FakeScans
    generations: FakeGenerations
    poses: FakePoses
    credit: FakeCredits
    card_art: FakeCardArt
    reviews: FakeReviews
    repositories: FakeRepositories
    quotas: FakeQuotas
    engagements: FakeEngagements
    whole: FakeWhole
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> CliSettings:
        return CliSettings(address=self.address, state_dir=self.folder / "state")

    async def run(self, *arguments: str, stdin: str | None = None) -> Outcome:
        """Run `atelier` with the arguments, here and now."""
        everything = ["--address", self.address, "--state-dir", str(self.folder / "state"), *arguments]
        result = await asyncio.to_thread(
            CliRunner().invoke, app, everything, input=stdin, env=self.environment, catch_exceptions=False
        )
        return Outcome(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
async def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeGateway]:
    for name in [name for name in os.environ if name.startswith("ATELIER_")]:
        monkeypatch.delenv(name)
    resolver, health, jobs, scans = FakeResolver(), FakeHealth(), FakeJobs(), FakeScans()
    server = grpc.aio.server()
    add_ResolverServiceServicer_to_server(resolver, server)
    add_JobsServiceServicer_to_server(jobs, server)
    add_ScanServiceServicer_to_server(scans, server)
    generations, poses, credit, card_art = FakeGenerations(), FakePoses(), FakeCredits(), FakeCardArt()
    add_GenerationServiceServicer_to_server(generations, server)
    add_PoseServiceServicer_to_server(poses, server)
    add_CreditServiceServicer_to_server(credit, server)
    add_CardArtServiceServicer_to_server(card_art, server)
    reviews, quotas = FakeReviews(), FakeQuotas()
    repositories = FakeRepositories(reviews)
    add_ReviewServiceServicer_to_server(reviews, server)
    add_RepositoryServiceServicer_to_server(repositories, server)
    add_QuotaServiceServicer_to_server(quotas, server)
    engagements = FakeEngagements()
    add_EngagementServiceServicer_to_server(engagements, server)
    whole = FakeWhole(generations, card_art)
    add_GatewayServiceServicer_to_server(whole, server)
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    address = f"127.0.0.1:{port}"
    art = (generations, poses, credit, card_art)
    work = (reviews, repositories, quotas)
    yield FakeGateway(address, resolver, health, jobs, scans, *art, *work, engagements, whole, tmp_path)
    await server.stop(None)


def card(number: int) -> Card:
    return Card(
        card_id=f"00000000-0000-0000-0000-{number:012}",
        catalog_id=f"base1-{number}",
        origin=Card.ORIGIN_CATALOG,
        details=CardDetails(name="Charizard", number=str(number), set=CardSet(id="base1", name="Base", total=102)),
    )


def _resolution(item: Any) -> Any:
    known = item.external_id.startswith("base1-")
    return messages.Resolution(
        source=item.source,
        external_id=item.external_id,
        tier=messages.TIER_CATALOG if known else messages.TIER_UNSPECIFIED,
        card_id="00000000-0000-0000-0000-000000000001" if known else "",
        catalog_id=item.external_id if known else "",
        name="Charizard" if known else "",
        reason=messages.UNRESOLVED_REASON_UNSPECIFIED if known else messages.UNRESOLVED_REASON_NOT_IN_CATALOG,
    )


def _identification(text: Any) -> Any:
    if not text.number:
        reason = messages.REVIEW_REASON_NO_CANDIDATE
        return messages.Identification(needs_review=True, review_reason=reason)
    evidence = messages.Evidence(
        field="name", observed=text.name, expected="Charizard", agreement=messages.Evidence.AGREEMENT_SIMILAR
    )
    candidate = messages.Candidate(
        card_id="c", catalog_id=f"base1-{text.number}", name="Charizard", confidence=0.75, evidence=[evidence]
    )
    return messages.Identification(candidates=[candidate])
