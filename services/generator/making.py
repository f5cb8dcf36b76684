"""Makes one image and stores it, or finds it stored. Knows no job and opens no transaction; nothing here is paid."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from chassis.gathering import Gathering
from chassis.postgres import Database
from jobs.points import reached
from services.generator import store
from services.generator.backends.backend import Backend, ImageRequest
from services.generator.identity import image_identity
from services.generator.pictures import Encoding, Picture, PictureStore, thumbnail_of

if TYPE_CHECKING:
    from chassis.postgres import Connection


@dataclass(frozen=True, slots=True)
class Made:
    """An image in the store, and how it came there. `reused`: it had been made before."""

    original: Picture
    thumbnail: Picture
    backend: str
    seconds: float
    reused: bool

    def to_checkpoint(self) -> bytes:
        """As a later attempt finds it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_checkpoint(cls, checkpoint: bytes) -> "Made":
        """What `to_checkpoint` wrote."""
        document = json.loads(checkpoint)
        original, thumbnail = (_picture(**document.pop(name)) for name in ("original", "thumbnail"))
        return cls(original=original, thumbnail=thumbnail, **document)

    def columns(self) -> tuple[Any, ...]:
        """The values $4 to $16 of `finish_variations.sql`."""
        return (*_columns(self.original), *_columns(self.thumbnail), self.backend, self.seconds, self.reused)


@dataclass(frozen=True, slots=True)
class Maker:
    """A backend, and what `image_identity` knows it by: its name with every version and setting that matters."""

    backend: Backend
    identity: str


class Making:
    """Images by request."""

    def __init__(self, *, database: Database, maker: Maker, pictures: PictureStore) -> None:
        self._database = database
        self._images = Gathering(self._find_rows)
        self._maker = maker
        self._pictures = pictures

    def identity(self, request: ImageRequest) -> bytes:
        """What the image depends on, as a hash."""
        return image_identity(self._maker.identity, request)

    async def obtain(self, request: ImageRequest, identity: bytes) -> Made:
        """The image: found, if the very same was made and its pictures are there, or made and stored now."""
        return await self._find(identity) or await self._make(request)

    async def still_there(self, made: Made) -> bool:
        """Whether both pictures are in the store."""
        return await self._pictures.has(made.original) and await self._pictures.has(made.thumbnail)

    async def _find(self, identity: bytes) -> Made | None:
        row = await self._images.ask(identity)
        if row is None:
            return None
        made = Made(picture_of(row), picture_of(row, "thumbnail_"), row["backend"], row["seconds"], reused=True)
        return made if await self.still_there(made) else None

    async def _find_rows(self, identities: Sequence[bytes]) -> list[store.Row | None]:
        async def read(connection: "Connection") -> store.Rows:
            return await store.find_images(connection, identities)

        rows = {row["identity"]: row for row in await self._database.run(read)}
        return [rows.get(identity) for identity in identities]

    async def _make(self, request: ImageRequest) -> Made:
        image = await self._maker.backend.generate(request)
        reached("variation.generated")
        size = (request.width, request.height)
        small, small_size = await thumbnail_of(image.png, size)
        original = await self._pictures.put(image.png, encoding=Encoding.PNG, size=size)
        reached("variation.half_stored")
        thumbnail = original
        if small is not image.png:
            thumbnail = await self._pictures.put(small, encoding=Encoding.PNG, size=small_size)
        reached("variation.stored")
        return Made(original, thumbnail, image.backend, image.seconds, reused=False)


def picture_of(row: store.Row, prefix: str = "") -> Picture:
    """The picture whose columns begin with `prefix`."""
    return _picture(**{name: row[f"{prefix}{name}"] for name in ("sha256", "format", "width", "height", "bytes")})


def _picture(**columns: Any) -> Picture:
    return Picture(**{**columns, "format": Encoding(columns["format"])})


def _columns(picture: Picture) -> tuple[Any, ...]:
    return (picture.sha256, picture.format, picture.width, picture.height, picture.bytes)
