"""The job of a variation: its image made, stored, exported and paid, whatever crashes in between."""

import functools
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from atelier.generator.v1 import generation_service_pb2 as pb

from chassis.gathering import Gathering
from chassis.postgres import Database
from jobs.job import EndedJob, ErrorClass
from jobs.outcomes import Done, Failed, Joint, Outcome
from jobs.points import reached
from jobs.running import Job
from jobs.transactions import Transaction
from ledger import ledger
from services.generator import store
from services.generator.backends.backend import ImageRequest
from services.generator.crediting import credits_of
from services.generator.errors import JobOfGeneration
from services.generator.exporting import Exported, Exporting
from services.generator.finishing import FinishedVariation, finish_variations
from services.generator.making import Made, Making
from services.generator.pictures import PictureStore
from services.generator.plans import prompt_of
from services.generator.skeleton import Skeleton
from services.generator.variation_names import VariationName

if TYPE_CHECKING:
    from chassis.postgres import Connection


# A checkpoint costs a commit. What took no longer than this is made again where its worker dies before its end.
CHEAP_SECONDS = 0.25


class VariationHandler:
    """Works on variations."""

    def __init__(self, *, database: Database, making: Making, pictures: PictureStore, exporting: Exporting) -> None:
        self._database = database
        self._rows = Gathering(self._read)
        self._making = making
        self._pictures = pictures
        self._exporting = exporting

    async def __call__(self, job: Job) -> Outcome:
        """Everything slow first, outside any transaction; row, progress and money are written with the end (I4, I8)."""
        name = VariationName.from_payload(job.payload)
        row = await self._rows.ask(name)
        if row is None:
            return Failed(ErrorClass.NOT_FOUND, "The variation doesn't exist.")
        if row["state"] != "PENDING" or row["job_id"] != job.id:
            return Done()
        reached("variation.begun")
        asked = pb.CreateGenerationRequest.FromString(row["request"])
        request = image_request(row, asked)
        identity = self._making.identity(request)
        made = await self._obtain(job, request, identity, exports=len(asked.exports))
        exported = await self._export(job, name, made) if asked.exports else []
        reached("variation.exported")

        finished = FinishedVariation(name=name, job_id=job.id, row=row, made=made, exported=exported, identity=identity)
        return Done(Joint(finish_variations, finished))

    async def _read(self, names: Sequence[VariationName]) -> list[store.Row | None]:
        """The rows of get_variations, for jobs that begin at once."""

        async def read(connection: "Connection") -> store.Rows:
            return await store.get_variations(
                connection, [name.generation_id for name in names], [name.key for name in names]
            )

        rows = {VariationName(row["generation_id"], row["key"]): row for row in await self._database.run(read)}
        return [rows.get(name) for name in names]

    async def _obtain(self, job: Job, request: ImageRequest, identity: bytes, *, exports: int) -> Made:
        """The image that an earlier attempt stored, as long as it is there, or else a new one."""
        if job.checkpoint is not None:
            made = Made.from_checkpoint(job.checkpoint)
            if await self._making.still_there(made):
                return made
        made = await self._making.obtain(request, identity)
        job.progress(1, 1 + exports)
        if exports or made.seconds > CHEAP_SECONDS:
            await job.save_checkpoint(made.to_checkpoint())
            reached("variation.kept")
        return made

    async def _export(self, job: Job, name: VariationName, made: Made) -> list[Exported]:
        async def read(connection: "Connection") -> store.Rows:
            return await store.list_unmade_exports(connection, name.generation_id, name.key)

        wanted = await self._database.run(read)
        png = await self._pictures.read(made.original)
        exported = []
        for place, one in enumerate(wanted, start=1):
            exported.append(await self._exporting.export(png, one))
            job.progress(1 + place, 1 + len(wanted))
        return exported


def image_request(row: store.Row, asked: pb.CreateGenerationRequest) -> ImageRequest:
    """What a row of get_variations, whose request is `asked`, asks a backend for."""
    return ImageRequest(
        skeleton=None if row["skeleton"] is None else _skeleton(row["skeleton"]),
        prompt=prompt_of(asked),
        width=asked.width,
        height=asked.height,
        style=asked.style,
        seed=row["seed"],
    )


@functools.lru_cache(maxsize=64)
def _skeleton(document: str) -> Skeleton:
    """Kept, as the variations of a pose come one after the other."""
    return Skeleton.from_document(json.loads(document))


async def end_variation(transaction: Transaction, ended: EndedJob) -> None:
    """Note the end of a variation that wasn't made, and give its credits back, in the transaction that ends its job."""
    name = VariationName.from_payload(ended.payload)
    reservation = await store.end_variation(
        transaction.connection,
        name.generation_id,
        name.key,
        ended.id,
        ended.state,
        error_class=ended.error_class,
        error_message=ended.error_message,
    )
    if reservation is not None:
        await ledger.release(transaction.connection, credits_of(ended.owner), [reservation])


async def refuse_retry(transaction: Transaction, ended: EndedJob) -> None:
    """Raises JobOfGeneration: a job alone would work without credits, or for a generation that has ended."""
    raise JobOfGeneration(str(VariationName.from_payload(ended.payload).generation_id))
