"""An object store by URL, over obstore: a folder, S3, GCS or Azure. Knows keys and bytes, not what they mean."""

import contextlib
import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import obstore
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as MissingError
from obstore.store import from_url

from chassis.errors import NotFound, Unavailable

PIECE_BYTES = 64 * 2**10
# Callers and jobs try again themselves; the library's own patience, of three minutes, would outlast theirs.
PATIENCE = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}
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
        options = {"mkdir": True} if url.startswith("file:") else {"retry_config": PATIENCE}
        self._store = from_url(url, **options)

    async def put(self, key: str, data: bytes) -> None:
        """Write an object, replacing what is there."""
        with _telling(key):
            await obstore.put_async(self._store, _checked(key), data)

    async def get(self, key: str) -> bytes:
        """An object's bytes. Raises BlobNotFound."""
        with _telling(key):
            result = await obstore.get_async(self._store, _checked(key))
            return bytes(await result.bytes_async())

    async def stream(self, key: str, span: range) -> AsyncGenerator[bytes]:
        """An object's bytes within `span`, a step of one, piece by piece. Raises BlobNotFound before the first."""
        if not span:  # Which the library refuses.
            return
        with _telling(key):
            result = await obstore.get_async(self._store, _checked(key), options={"range": (span.start, span.stop)})
            async for piece in result.stream(PIECE_BYTES):
                yield bytes(piece)

    async def head(self, key: str) -> Blob:
        """What the store tells of an object. Raises BlobNotFound."""
        with _telling(key):
            meta = await obstore.head_async(self._store, _checked(key))
        return Blob(key=meta["path"], size_bytes=meta["size"])

    async def delete(self, key: str) -> None:
        """Remove an object; one that isn't there is fine."""
        with contextlib.suppress(BlobNotFound), _telling(key):
            await obstore.delete_async(self._store, _checked(key))

    async def list(self, prefix: str) -> list[Blob]:
        """Every object whose key starts with the path `prefix`, in key order."""
        with _telling(prefix):
            found = await obstore.list(self._store, prefix=_checked(prefix)).collect_async()
        return sorted((Blob(item["path"], item["size"]) for item in found), key=lambda blob: blob.key)


@contextlib.contextmanager
def _telling(key: str) -> Iterator[None]:
    """Says what became of an operation on `key`. Raises BlobNotFound and Unavailable."""
    try:
        yield
    except (MissingError, FileNotFoundError):
        raise BlobNotFound(f"The object store has nothing under {key!r}.") from None
    except (BaseError, OSError) as error:
        message = "The object store can't be reached, or takes nothing more; try again."
        raise Unavailable(message, reason="BLOBS_UNAVAILABLE") from error


def _checked(key: str) -> str:
    """Keys are ours, yet parts of them come from requests: a path that climbs or hides is a bug, not a lookup."""
    if not KEY.fullmatch(key) or any(part in {".", ".."} for part in key.split("/")):
        raise ValueError(f"{key!r} is not a key")
    return key
