"""Use case: accepting generations, and looking at them. What an accepted one comes to is its jobs' business."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import uuid_utils
from atelier.generator.v1 import generation_service_pb2 as pb

from chassis.auth import principal
from chassis.errors import InvalidArgument
from chassis.paging import Page, decode_token, encode_token, page_size, placed_id
from chassis.postgres import Database
from jobs.job import Enqueued, Lane, NewJob
from jobs.transactions import Transaction, Transactions
from jobs.visibility import visible_owner
from ledger import ledger
from ledger.ledger import TooLittle
from services.generator import store
from services.generator.backends.backend import Limits
from services.generator.crediting import credits_of
from services.generator.errors import CreditsExhausted, GenerationNotFound, ImageNotFound, RequestIdUsed
from services.generator.making import picture_of
from services.generator.pictures import Picture
from services.generator.plans import (
    SEEDS,
    PlannedVariation,
    filled_in,
    fingerprint_of,
    plan_violations,
    planned_variations,
    reservation_key,
)
from services.generator.posing import Posing
from services.generator.skeleton import Skeleton
from services.generator.variation_names import VARIATION_KIND, VariationName

if TYPE_CHECKING:
    from chassis.postgres import Connection


@dataclass(frozen=True, slots=True)
class GenerationView:
    """A generation's row, with rows of its variations and of all its exports."""

    row: store.Row
    variations: Sequence[store.Row]
    exports: Sequence[store.Row]


class Accepted(Exception):
    """Another call with the same request id was first; what this one wrote must not be committed."""


class Generating:
    """Accepts generations and shows them. A caller meets its own only, unless it is an operator or service (I10)."""

    def __init__(
        self,
        *,
        database: Database,
        transactions: Transactions,
        posing: Posing,
        backend_name: str,
        limits: Limits,
        price: int,
    ) -> None:
        """`limits`: what the backend named so can do. `price`: credits for a variation."""
        self._database = database
        self._transactions = transactions
        self._posing = posing
        self._backend_name = backend_name
        self._limits = limits
        self._price = price

    async def create(self, request: pb.CreateGenerationRequest) -> GenerationView:
        """The generation, committed with its variations, their jobs and what they cost (I1, I4), or the first's.

        Raises InvalidArgument, PoseNotFound, CreditsExhausted, and RequestIdUsed when the request id was used for other
        content. Then nothing is written.
        """
        owner, fingerprint = principal.get().subject, fingerprint_of(request)
        generation_id = await self._find(owner, request.request_id, fingerprint)
        if generation_id is None:
            filled = filled_in(request, limits=self._limits, base_seed=secrets.randbelow(SEEDS))
            broken = plan_violations(filled, self._limits)
            if broken:
                raise InvalidArgument(broken)
            poses = await self._posing.drawable("gallery.pose_ids", list(filled.gallery.pose_ids))
            try:
                generation_id = await self._accept(owner, filled, fingerprint, poses)
            except Accepted:
                generation_id = await self._find(owner, request.request_id, fingerprint)
        return await self.get(str(generation_id))

    async def get(self, generation_id: str) -> GenerationView:
        """A generation with all of its variations. Raises GenerationNotFound."""
        return await read_generation(self._database, UUID(generation_id), visible_owner())

    async def list_generations(self, *, owner: str, states: Sequence[str], size: int, token: str) -> Page:
        """A page of generations, the newest first. Raises OwnerNotAllowed, and InvalidArgument for a foreign token."""
        seen_owner, limit = visible_owner(owner), page_size(size)
        filters = [seen_owner or "", ",".join(sorted(states))]
        after = placed_id(decode_token(token, "generations", filters, width=1))

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_generations(
                connection, owner=seen_owner, states=states or None, after=after, limit=limit + 1
            )

        rows = await self._database.run(read)
        shown = rows[:limit]
        more = len(rows) > limit
        return Page(shown, encode_token("generations", filters, [str(shown[-1]["generation_id"])]) if more else "")

    async def find_picture(self, generation_id: str, sha256: str) -> Picture:
        """One of a generation's pictures. Raises GenerationNotFound and ImageNotFound."""
        owner = visible_owner()

        async def read(connection: "Connection") -> store.Row | None:
            if await store.get_generation(connection, UUID(generation_id), owner=owner) is None:
                raise GenerationNotFound(generation_id)
            return await store.find_picture(connection, UUID(generation_id), sha256)

        row = await self._database.run(read)
        if row is None:
            raise ImageNotFound(sha256)
        return picture_of(row)

    async def _find(self, owner: str, request_id: str, fingerprint: bytes) -> UUID | None:
        async def read(connection: "Connection") -> store.Row | None:
            return await store.find_generation(connection, owner, request_id, fingerprint)

        row = await self._database.run(read)
        if row is not None and not row["same"]:
            raise RequestIdUsed(request_id)
        return row["generation_id"] if row else None

    async def _accept(
        self, owner: str, filled: pb.CreateGenerationRequest, fingerprint: bytes, poses: Mapping[str, Skeleton]
    ) -> UUID:
        generation_id, planned = UUID(bytes=uuid_utils.uuid7().bytes), planned_variations(filled)

        async def write(transaction: Transaction) -> None:
            accepted = await store.insert_generation(
                transaction.connection,
                generation_id,
                owner=owner,
                request_id=filled.request_id,
                fingerprint=fingerprint,
                request=filled.SerializeToString(deterministic=True),
                backend=self._backend_name,
                total=len(planned),
                price=self._price,
            )
            if not accepted:
                raise Accepted
            await _insert_poses(transaction, generation_id, poses)
            await _insert_variations(transaction, generation_id, owner, filled, planned)
            # Last, so that an account is locked for as short as can be.
            await reserve(transaction, generation_id, owner, [one.key for one in planned], 1, self._price)

        await self._transactions.transact(write)
        return generation_id


async def read_generation(database: Database, generation_id: UUID, owner: str | None) -> GenerationView:
    """A generation that belongs to `owner` (None: to anybody). Raises GenerationNotFound.

    What it says to have ended has ended in the rows as well, as these are read after it.
    """

    async def read(connection: "Connection") -> GenerationView | None:
        row = await store.get_generation(connection, generation_id, owner=owner)
        if row is None:
            return None
        variations = await store.list_variations(connection, generation_id)
        return GenerationView(row, variations, await store.list_exports(connection, generation_id))

    view = await database.run(read)
    if view is None:
        raise GenerationNotFound(str(generation_id))
    return view


async def enqueue_jobs(
    transaction: Transaction,
    generation_id: UUID,
    owner: str,
    keys: Sequence[str],
    *,
    kind: str,
    lane: int,
) -> list[UUID]:
    """A job for each variation, in order."""
    payloads = [VariationName(generation_id, key).to_payload() for key in keys]
    jobs = [NewJob(kind=kind, owner=owner, payload=payload, lane=Lane(lane)) for payload in payloads]
    enqueued: list[Enqueued] = await transaction.enqueue(jobs)
    return [job.id for job in enqueued]


async def reserve(
    transaction: Transaction, generation_id: UUID, owner: str, keys: Sequence[str], round_number: int, price: int
) -> None:
    """Set aside what variations cost, all or none. Raises CreditsExhausted."""
    amounts = {reservation_key(generation_id, key, round_number): price for key in keys}
    try:
        await ledger.reserve(transaction.connection, credits_of(owner), amounts)
    except TooLittle as error:
        raise CreditsExhausted(owner, asked=error.asked, balance=error.balance) from None


async def _insert_poses(transaction: Transaction, generation_id: UUID, poses: Mapping[str, Skeleton]) -> None:
    if poses:
        documents = [json.dumps(skeleton.to_document()) for skeleton in poses.values()]
        await store.insert_generation_poses(transaction.connection, generation_id, list(poses), documents)


async def _insert_variations(
    transaction: Transaction,
    generation_id: UUID,
    owner: str,
    filled: pb.CreateGenerationRequest,
    planned: Sequence[PlannedVariation],
) -> None:
    keys = [one.key for one in planned]
    job_ids = await enqueue_jobs(transaction, generation_id, owner, keys, kind=VARIATION_KIND, lane=filled.lane)
    await store.insert_variations(
        transaction.connection,
        generation_id,
        keys=keys,
        pose_ids=[one.pose_id or None for one in planned],
        seeds=[one.seed for one in planned],
        job_ids=job_ids,
        reservations=[reservation_key(generation_id, key, 1) for key in keys],
    )
    if filled.exports:
        await store.insert_exports(
            transaction.connection,
            generation_id,
            keys,
            presets=[pb.ExportPreset.Name(one.preset).removeprefix("EXPORT_PRESET_") for one in filled.exports],
            formats=[pb.ImageFormat.Name(one.format).removeprefix("IMAGE_FORMAT_") for one in filled.exports],
        )
