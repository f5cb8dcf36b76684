"""The job that gives a variant its picture's address, once the picture is known to be in the store, whole."""

from typing import TYPE_CHECKING

from chassis.media import PREFIX
from chassis.postgres import Database
from jobs.job import ErrorClass
from jobs.kinds import Kind
from jobs.outcomes import Done, Failed, Outcome
from jobs.points import reached
from jobs.running import Job
from jobs.transactions import Transaction
from services.generator import store
from services.generator.card_drawing import CardDrawing, Obtained
from services.generator.image_urls import IMAGE_URL_KIND, VariantName
from services.generator.pictures import PictureStore

if TYPE_CHECKING:
    from chassis.postgres import Connection

TIMEOUT_SECONDS = 120.0


class ImageUrlHandler:
    """Fills the row with the variant's picture as it is now, which is drawn again where the store has lost it."""

    def __init__(self, *, database: Database, drawing: CardDrawing, pictures: PictureStore) -> None:
        self._database = database
        self._drawing = drawing
        self._pictures = pictures

    async def __call__(self, job: Job) -> Outcome:
        """A row that is gone, or filled meanwhile, is no error."""
        name = VariantName.from_payload(job.payload)
        if not await self._lacks(name):
            return Done()
        reached("image_url.begun")
        obtained = await self._drawing.obtain(name.asked)
        if await self._pictures.read_sound(obtained.drawn.picture) is None:
            return Failed(ErrorClass.UNKNOWN, "What the object store holds isn't the picture that was drawn.")
        reached("image_url.checked")

        async def write(transaction: Transaction) -> None:
            await _fill(transaction, name, obtained)
            reached("image_url.written")

        return Done(write)

    async def _lacks(self, name: VariantName) -> bool:
        async def read(connection: "Connection") -> bool:
            return await store.lacks_image_url(connection, name.player_id, name.kind.name, name.variant)

        return await self._database.run(read)


def image_url_kind() -> Kind:
    """The kind of such jobs, few at once as they may draw."""
    return Kind(name=IMAGE_URL_KIND, timeout_seconds=TIMEOUT_SECONDS, concurrency=2)


async def _fill(transaction: Transaction, name: VariantName, obtained: Obtained) -> None:
    picture = obtained.drawn.picture
    await store.fill_image_url(
        transaction.connection,
        name.player_id,
        name.kind.name,
        name.variant,
        sha256=picture.sha256,
        revision=obtained.revision,
        image_url=f"{PREFIX}{picture.name}",
    )
