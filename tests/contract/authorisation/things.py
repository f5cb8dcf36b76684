"""What the owner has when the others come: something of every kind, some of it ended and some still waiting."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as engager_pb
from atelier.generator.v1 import credit_service_pb2 as credit_pb
from atelier.generator.v1 import generation_service_pb2 as generation_pb
from atelier.resolver.v1 import resolver_service_pb2 as resolver_pb
from atelier.resolver.v1 import scan_service_pb2 as scan_pb
from atelier.reviewer.v1 import review_service_pb2 as review_pb
from google.protobuf.message import Message

from chassis.auth import Role
from tests.contract.authorisation.calls import Caller, GrpcDoor
from tests.contract.authorisation.methods import method_of
from tests.contract.authorisation.requests import (
    CARD,
    PLAYER,
    account_of,
    card_of,
    generation_of,
    likes_of,
    players_of,
    pod_of,
    poses_of,
    repository_of,
    review_of,
    scan_of,
    snapshot_of,
)
from tests.contract.authorisation.system import Running, System
from tests.shared_data import card_record

OWNER, STRANGER, OPERATOR, SERVICE = "the-owner", "a-stranger", "an-operator", "a-service"
POSE = "pose-of-the-owner"


@dataclass(frozen=True)
class Things:
    """The ids of the owner's things, and of one card's picture, which is everybody's."""

    scan_id: str
    generation_id: str
    waiting_generation_id: str
    cancelled_generation_id: str
    image: str
    card_image: str
    review_id: str
    waiting_review_id: str
    finding_id: str
    repository_id: str
    snapshot_id: str
    pod_id: str
    account_id: str
    activity_id: str
    ended_activity_id: str
    left_activity_id: str
    waiting_jobs: Mapping[str, str]
    ended_jobs: Mapping[str, str]

    @property
    def marks(self) -> set[str]:
        """Words by which the owner's things are known: nobody else may be told one."""
        ids = {value for value in vars(self).values() if isinstance(value, str)} - {self.card_image}
        return ids | {OWNER, POSE, *self.waiting_jobs.values(), *self.ended_jobs.values()}


class Owner:
    """Asks every service for its things."""

    def __init__(self, doors: Mapping[str, GrpcDoor]) -> None:
        self._doors = doors
        self._ids: dict[str, str] = {}
        self._waiting_jobs: dict[str, str] = {}
        self._ended_jobs: dict[str, str] = {}

    @property
    def things(self) -> Things:
        """All that it has."""
        return Things(**self._ids, waiting_jobs=self._waiting_jobs, ended_jobs=self._ended_jobs)

    async def provide(self) -> None:
        """What everybody finds there: a card, a player, and credits for all."""
        card = card_record(CARD, "Charizard", "4")
        await self._as_operator("resolver", resolver_pb.ImportCardsRequest(records=[card]))
        await self._as_operator("generator", players_of(PLAYER))
        for subject in (OWNER, STRANGER, OPERATOR, SERVICE):
            grant = credit_pb.GrantCreditsRequest(owner=subject, amount=100, request_id="provision")
            await self._as_operator("generator", grant)

    async def end_scan(self) -> None:
        """Let a worker end a scan."""
        scan = (await self._ask("resolver", scan_of("ended"))).scan
        await self._ask("resolver", scan_pb.WatchScanRequest(scan_id=scan.scan_id))
        self._ids["scan_id"], self._ended_jobs["resolver"] = scan.scan_id, scan.job

    async def end_generation(self) -> None:
        """Let a worker make a picture."""
        made = (await self._ask("generator", generation_of("ended"))).generation
        await self._ask("generator", generation_pb.WatchGenerationRequest(generation_id=made.generation_id))
        wanted = generation_pb.GetGenerationRequest(generation_id=made.generation_id)
        [variation] = (await self._ask("generator", wanted)).generation.variations
        self._ids |= {"generation_id": made.generation_id, "image": variation.original.sha256}
        self._ended_jobs["generator"] = variation.job

    async def end_review(self) -> None:
        """Let a worker find something."""
        looked = (await self._ask("reviewer", review_of("ended"))).review
        await self._ask("reviewer", review_pb.WatchReviewRequest(review_id=looked.review_id))
        file = await self._file_of(looked.review_id)
        self._ids |= {"review_id": looked.review_id, "finding_id": file.findings[0].finding_id}
        self._ended_jobs["reviewer"] = file.job

    async def leave_in_resolver(self) -> None:
        """A scan that waits."""
        self._waiting_jobs["resolver"] = (await self._ask("resolver", scan_of("waiting"))).scan.job

    async def leave_in_generator(self) -> None:
        """A pose, a generation that waits, one that was cancelled, and a card."""
        await self._ask("generator", poses_of(POSE))
        made = (await self._ask("generator", generation_of("waiting"))).generation
        dropped = (await self._ask("generator", generation_of("cancelled"))).generation
        await self._ask("generator", generation_pb.CancelGenerationRequest(generation_id=dropped.generation_id))
        drawn = (await self._ask("generator", card_of(PLAYER))).card_image
        self._ids |= {
            "waiting_generation_id": made.generation_id,
            "cancelled_generation_id": dropped.generation_id,
            "card_image": drawn.image.sha256,
        }
        self._waiting_jobs["generator"] = made.variations[0].job

    async def leave_in_reviewer(self) -> None:
        """A review that waits, and a repository with a snapshot."""
        looked = (await self._ask("reviewer", review_of("waiting"))).review
        repository = (await self._ask("reviewer", repository_of("code"))).repository
        snapshot = (await self._ask("reviewer", snapshot_of(repository.repository_id))).snapshot
        self._ids |= {
            "waiting_review_id": looked.review_id,
            "repository_id": repository.repository_id,
            "snapshot_id": snapshot.snapshot_id,
        }
        self._waiting_jobs["reviewer"] = (await self._file_of(looked.review_id)).job

    async def leave_in_engager(self) -> None:
        """An account in a pod, with an activity that waits, one that no case ends, and one that was cancelled."""
        pod = (await self._ask("engager", pod_of("cats"))).pod
        account = (await self._ask("engager", account_of(pod.pod_id, "tom"))).account
        scheduled = await self._ask("engager", likes_of(pod.pod_id, account.account_id, "post-1", "post-2", "post-3"))
        waiting, ended, left = (result.activity for result in scheduled.results)
        await self._ask("engager", engager_pb.CancelActivityRequest(activity_id=ended.activity_id))
        self._ids |= {
            "pod_id": pod.pod_id,
            "account_id": account.account_id,
            "activity_id": waiting.activity_id,
            "ended_activity_id": ended.activity_id,
            "left_activity_id": left.activity_id,
        }
        self._waiting_jobs["engager"], self._ended_jobs["engager"] = waiting.job, ended.job

    async def _file_of(self, review_id: str) -> Any:
        """The one file of a review."""
        [file] = (await self._ask("reviewer", review_pb.GetReviewRequest(review_id=review_id))).review.files
        return file

    async def _as_operator(self, service: str, request: Message) -> None:
        await self._ask(service, request, caller=Caller(self._doors[service], OPERATOR, Role.OPERATOR))

    async def _ask(self, service: str, request: Message, caller: Caller | None = None) -> Any:
        """The last message of the answer; the method follows from the request."""
        asking = caller or Caller(self._doors[service], OWNER)
        answer = await asking.call(method_of(request), request)
        assert answer.ending.code == "OK", (answer.ending, request)
        return answer.messages[-1]


async def make_things(system: System, running: Running) -> Things:
    """The owner's things. No worker runs afterwards, so that what waits goes on waiting."""
    async with AsyncExitStack() as stack:
        doors = {
            name: await stack.enter_async_context(GrpcDoor.at(address)) for name, address in system.addresses.items()
        }
        owner = Owner(doors)
        await owner.provide()
        async with running.workers("resolver", "generator", "reviewer"):
            await asyncio.gather(owner.end_scan(), owner.end_generation(), owner.end_review())
        await owner.leave_in_resolver()
        await owner.leave_in_generator()
        await owner.leave_in_reviewer()
        await owner.leave_in_engager()
        return owner.things
