"""Draws cards and stores them, or finds them drawn. Nothing here is paid, and no transaction is open while it draws."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.postgres import Database
from jobs.points import reached
from services.generator import store
from services.generator.cardart.design import HEIGHT, WIDTH, tier_for
from services.generator.cardart.identity import card_identity
from services.generator.cardart.player_records import read_player
from services.generator.cardart.players import Player
from services.generator.cardart.rendering import render_card
from services.generator.cardart.statistics import NoStatistics
from services.generator.cards import AskedCard, DrawnCard, drawn_card
from services.generator.errors import CareerMissing, PlayerNotFound
from services.generator.pictures import Encoding, PictureStore
from services.generator.rasteriser import Rasteriser

if TYPE_CHECKING:
    from chassis.postgres import Connection


@dataclass(frozen=True, slots=True)
class Obtained:
    """A card's picture, and the roster's revision that it is of. `cached`: it had been drawn before."""

    drawn: DrawnCard
    revision: int
    cached: bool


class CardDrawing:
    """Cards by what they show. Who wants a picture that is being drawn in this process waits for that one."""

    def __init__(self, *, database: Database, rasteriser: Rasteriser, pictures: PictureStore) -> None:
        """`rasteriser` is shared with others and theirs to close."""
        self._database = database
        self._rasteriser = rasteriser
        self._pictures = pictures
        self._under_way: dict[bytes, asyncio.Task[tuple[DrawnCard, bool]]] = {}

    async def obtain(self, asked: AskedCard) -> Obtained:
        """The card of the player as it is now: drawn before and in the store, whole; or drawn and stored now.

        Raises PlayerNotFound, CareerMissing, and Unavailable where a part it needs is away.
        """
        player, revision = await self._read(asked.player_id)
        try:
            identity = bytes.fromhex(card_identity(player, asked.kind, asked.variant, asked.tier))
        except NoStatistics:
            raise CareerMissing(asked.player_id, asked.kind) from None
        task = self._under_way.get(identity)
        if task is None:
            task = self._under_way[identity] = asyncio.create_task(self._find_or_draw(identity, player, asked))
            task.add_done_callback(lambda done: self._forget(identity, done))
        # Whoever began it may give up; those who wait with it need not.
        drawn, cached = await asyncio.shield(task)
        return Obtained(drawn, revision, cached)

    async def _read(self, player_id: str) -> tuple[Player, int]:
        async def read(connection: "Connection") -> store.Row | None:
            return await store.find_player(connection, player_id)

        row = await self._database.run(read)
        if row is None:
            raise PlayerNotFound(player_id)
        return read_player(json.loads(row["record"])), row["revision"]

    async def _find_or_draw(self, identity: bytes, player: Player, asked: AskedCard) -> tuple[DrawnCard, bool]:
        async def read(connection: "Connection") -> store.Row | None:
            return await store.find_card_image(connection, identity)

        row = await self._database.run(read)
        if row is not None:
            drawn = drawn_card(row)
            if await self._pictures.read_sound(drawn.picture) is not None:
                return drawn, True
        return await self._draw(identity, player, asked), False

    async def _draw(self, identity: bytes, player: Player, asked: AskedCard) -> DrawnCard:
        began = time.perf_counter()
        png = await render_card(self._rasteriser, player, asked.kind, asked.variant, asked.tier)
        seconds = time.perf_counter() - began
        reached("card.drawn")
        picture = await self._pictures.put(png, encoding=Encoding.PNG, size=(WIDTH, HEIGHT))
        reached("card.stored")
        deserved = tier_for(player, asked.kind)
        tier = asked.tier or deserved
        which = (identity, asked.player_id, asked.kind.name, asked.variant, tier, tier is not deserved)
        values = (*which, picture.sha256, picture.format, picture.width, picture.height, picture.bytes, seconds)

        async def write(connection: "Connection") -> store.Row:
            return await store.write_card_image(connection, values)

        return drawn_card(await self._database.run(write))

    def _forget(self, identity: bytes, done: "asyncio.Task[tuple[DrawnCard, bool]]") -> None:
        del self._under_way[identity]
        if not done.cancelled():
            done.exception()  # Told to whoever still waits; nobody may.
