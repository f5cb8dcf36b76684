"""Use case: looking at the card images that were drawn."""

from typing import TYPE_CHECKING

from chassis.paging import Page, decode_token, encode_token, page_size, placed_id
from chassis.postgres import Database
from services.generator import store
from services.generator.cardart.players import Kind
from services.generator.cardart.tiers import Tier
from services.generator.cards import AskedCard, CardView, drawn_card
from services.generator.errors import CardImageNotFound
from services.generator.making import picture_of
from services.generator.pictures import Picture, PictureStore

if TYPE_CHECKING:
    from chassis.postgres import Connection


class CardBrowsing:
    """Reads card images, which are everybody's."""

    def __init__(self, *, database: Database, pictures: PictureStore) -> None:
        self._database = database
        self._pictures = pictures

    async def list_card_images(self, *, player_id: str, size: int, token: str) -> Page:
        """A page of cards, the newest first. Raises InvalidArgument for a foreign token."""
        limit = page_size(size)
        after = placed_id(decode_token(token, "card_images", [player_id], width=1))

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_card_images(connection, player_id=player_id or None, after=after, limit=limit + 1)

        rows = await self._database.run(read)
        shown = rows[:limit]
        more = len(rows) > limit
        next_token = encode_token("card_images", [player_id], [str(shown[-1]["id"])]) if more else ""
        return Page([_view(row) for row in shown], next_token)

    async def read_picture(self, sha256: str) -> tuple[Picture, bytes]:
        """A card's picture and its bytes. Raises CardImageNotFound, also where the store has lost it."""

        async def read(connection: "Connection") -> store.Row | None:
            return await store.find_card_picture(connection, sha256)

        row = await self._database.run(read)
        if row is None:
            raise CardImageNotFound(sha256)
        picture = picture_of(row)
        data = await self._pictures.read_sound(picture)
        if data is None:
            raise CardImageNotFound(sha256)
        return picture, data


def _view(row: store.Row) -> CardView:
    tier = Tier(row["tier"]) if row["tier_override"] else None
    asked = AskedCard(row["player_id"], Kind[row["kind"]], row["variant"], tier)
    return CardView(asked, drawn_card(row), cached=True, image_url=row["image_url"] or "")
