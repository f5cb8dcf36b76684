"""The jobs of the generator: their kinds, and the handler that makes missing exports of an image that stands."""

from typing import TYPE_CHECKING

from chassis.postgres import Database
from jobs.failures import is_retried
from jobs.job import EndedJob, State
from jobs.kinds import Kind
from jobs.outcomes import Done, Effect, Failed, Outcome
from jobs.running import Job
from jobs.transactions import Transaction
from services.generator import store
from services.generator.exporting import Exported, Exporting, export_columns
from services.generator.making import picture_of
from services.generator.pictures import PictureStore
from services.generator.variation_names import EXPORT_KIND, VARIATION_KIND, VariationName
from services.generator.variations import end_variation, refuse_retry

if TYPE_CHECKING:
    from chassis.postgres import Connection

# A large image of a model on a busy GPU, and its exports.
VARIATION_TIMEOUT_SECONDS = 900.0
EXPORT_TIMEOUT_SECONDS = 300.0


class ExportHandler:
    """Makes the exports of an image that couldn't be made with it. They cost nothing."""

    def __init__(self, *, database: Database, pictures: PictureStore, exporting: Exporting) -> None:
        self._database = database
        self._pictures = pictures
        self._exporting = exporting

    async def __call__(self, job: Job) -> Outcome:
        """One attempt at all of them; another where that may help."""
        name = VariationName.from_payload(job.payload)
        row, wanted = await self._read(name)
        if row is None or row["state"] != "SUCCEEDED" or row["job_id"] != job.id:
            return Done()
        png = await self._pictures.read(picture_of(row))
        exported = []
        for place, one in enumerate(wanted, start=1):
            exported.append(await self._exporting.export(png, one))
            job.progress(place, len(wanted))
        again = next((one.failed for one in exported if one.failed and is_retried(one.failed.error_class)), None)
        if again is not None:
            # Ends the job only when that was its last attempt; its kind's hook has then counted it.
            return Failed(again.error_class, again.message, again.after_seconds, effect=_write(name, exported))
        return Done(_write_and_count(name, exported))

    async def _read(self, name: VariationName) -> tuple[store.Row | None, store.Rows]:
        async def read(connection: "Connection") -> tuple[store.Row | None, store.Rows]:
            rows = await store.get_variations(connection, [name.generation_id], [name.key])
            return (rows[0] if rows else None), await store.list_unmade_exports(
                connection, name.generation_id, name.key
            )

        return await self._database.run(read)


def variation_kind(*, concurrency: int) -> Kind:
    """The kind of job that a variation is, `concurrency` at once in a process."""
    return Kind(
        name=VARIATION_KIND,
        timeout_seconds=VARIATION_TIMEOUT_SECONDS,
        concurrency=concurrency,
        on_end=end_variation,
        on_retry=refuse_retry,
    )


def export_kind() -> Kind:
    """The kind of job that makes exports, few at once as they keep the cores busy."""
    return Kind(
        name=EXPORT_KIND,
        timeout_seconds=EXPORT_TIMEOUT_SECONDS,
        concurrency=2,
        on_end=_end_exports,
        on_retry=refuse_retry,
    )


async def _end_exports(transaction: Transaction, ended: EndedJob) -> None:
    name, connection = VariationName.from_payload(ended.payload), transaction.connection
    if not await store.is_exporting(connection, name.generation_id, name.key, ended.id):
        return
    if ended.state is State.FAILED and ended.error_class is not None:
        await store.fail_exports(
            connection,
            name.generation_id,
            name.key,
            error_class=ended.error_class,
            error_message=ended.error_message or "",
        )
    await store.count_exports(connection, name.generation_id)


def _write(name: VariationName, exported: list[Exported]) -> Effect:
    async def write(transaction: Transaction) -> None:
        await store.write_exports(transaction.connection, name.generation_id, name.key, export_columns(exported))

    return write


def _write_and_count(name: VariationName, exported: list[Exported]) -> Effect:
    write_them = _write(name, exported)

    async def write(transaction: Transaction) -> None:
        await write_them(transaction)
        await store.count_exports(transaction.connection, name.generation_id)

    return write
