"""Use case: showing a card. One that is held in memory costs no query; whether it still holds is Redis's to say."""

from dataclasses import replace

from services.generator.card_drawing import CardDrawing
from services.generator.card_memory import CardMemory, RememberedCard
from services.generator.cards import AskedCard, CardView
from services.generator.image_urls import ImageUrls, VariantName
from services.generator.pictures import PictureStore
from services.generator.roster_revision import RosterRevision


class CardRendering:
    """Gives cards to whoever asks: players and cards are everybody's."""

    def __init__(
        self, *, drawing: CardDrawing, revision: RosterRevision, image_urls: ImageUrls, pictures: PictureStore
    ) -> None:
        self._drawing = drawing
        self._revision = revision
        self._image_urls = image_urls
        self._pictures = pictures
        self._memory = CardMemory()

    async def render(self, asked: AskedCard) -> CardView:
        """The card of all that was imported before the call, its picture in the store.

        However it came, a variant whose row has no address is asked to be given one. Raises what
        `CardDrawing.obtain` does.
        """
        card = await self._remembered(asked) or await self._obtain(asked)
        view = card.view
        if asked.has_address and not view.image_url:
            name = VariantName(asked.player_id, asked.kind, asked.variant)
            image_url = await self._image_urls.note(name, view.drawn.picture, revision=card.revision)
            view = replace(view, image_url=image_url)
        self._memory.keep(replace(view, cached=True), revision=card.revision)
        return view

    async def _remembered(self, asked: AskedCard) -> RememberedCard | None:
        """The card in memory, unless the roster has changed since or the store has lost the picture."""
        known = self._memory.find(asked)
        if known is None or known.revision < await self._revision.current():
            return None
        return known if await self._pictures.has(known.view.drawn.picture) else None

    async def _obtain(self, asked: AskedCard) -> RememberedCard:
        obtained = await self._drawing.obtain(asked)
        return RememberedCard(CardView(asked, obtained.drawn, obtained.cached), obtained.revision)
