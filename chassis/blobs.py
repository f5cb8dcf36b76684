"""An object store by URL, over obstore: a folder, S3, GCS or Azure. Knows keys and bytes, not what they mean."""

import re
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as MissingError
from obstore.store import from_url

from chassis.errors import NotFound, Unavailable

ResultT = TypeVar("ResultT")

KEY = re.compile(r"[A-Za-z0-9_.=-]+(/[A-Za-z0-9_.=-]+)*")


class BlobNotFound(NotFound):
    """The store has nothing under the key."""

    reason = "BLOB_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Blob:
    """What the store tells of an object."""

    key: str
    size_bytes: int


class Blobs:
    """Puts, reads, lists and deletes whole objects. A lost store becomes Unavailable."""

    def __init__(self, url: str) -> None:
        options = {"mkdir": True} if url.startswith("file:") else {}
        self._store = from_url(url, **options)  # type: ignore[call-overload]

    async def put(self, key: str, data: bytes) -> None:
        """Write an object, replacing what is there."""
        await self._guard(obstore.put_async(self._store, _checked(key), data), key)

    async def get(self, key: str) -> bytes:
        """An object's bytes. Raises BlobNotFound."""

        async def read() -> bytes:
            result = await obstore.get_async(self._store, _checked(key))
            return bytes(await result.bytes_async())

        return await self._guard(read(), key)

    async def head(self, key: str) -> Blob:
        """What the store tells of an object. Raises BlobNotFound."""
        meta = await self._guard(obstore.head_async(self._store, _checked(key)), key)
        return Blob(key=meta["path"], size_bytes=meta["size"])

    async def delete(self, key: str) -> None:
        """Remove an object; one that isn't there is fine."""
        try:
            await self._guard(obstore.delete_async(self._store, _checked(key)), key)
        except BlobNotFound:
            return

    async def list(self, prefix: str) -> list[Blob]:
        """Every object whose key starts with the path `prefix`, in key order."""
        found = await self._guard(obstore.list(self._store, prefix=_checked(prefix)).collect_async(), prefix)
        return sorted((Blob(item["path"], item["size"]) for item in found), key=lambda blob: blob.key)

    async def _guard(self, operation: Awaitable[ResultT], key: str) -> ResultT:
        try:
            return await operation
        except (MissingError, FileNotFoundError):
            raise BlobNotFound(f"The object store has nothing under {key!r}.") from None
        except (BaseError, OSError) as error:
            raise Unavailable("The object store can't be reached; try again.", reason="BLOBS_UNAVAILABLE") from error


def _checked(key: str) -> str:
    """Keys are ours, yet parts of them come from requests: a path that climbs or hides is a bug, not a lookup."""
    if not KEY.fullmatch(key) or any(part in {".", ".."} for part in key.split("/")):
        raise ValueError(f"{key!r} is not a key")
    return key
