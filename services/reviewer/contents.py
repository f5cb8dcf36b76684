"""What was sent to be looked at, in the object store by its SHA-256, compressed by zstd. The tables hold hashes alone.

Code may hold secrets. Nothing of it stands in the database, and only its owner's reviews name it.
"""

import asyncio
import hashlib

import zstandard

from chassis.blobs import Blobs
from services.reviewer.errors import ContentDamaged

MAX_BYTES = 2**20  # Of one content, as the proto has it.


def hash_of(content: bytes) -> str:
    """What a content is known by: its SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class Contents:
    """Puts contents and reads them. A lost store is the Unavailable of `chassis.blobs`."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def put(self, content: bytes) -> str:
        """Store a content, and return its hash. Writing one that is there changes nothing."""
        sha256 = hash_of(content)
        await self._blobs.put(_key(sha256), await asyncio.to_thread(zstandard.compress, content))
        return sha256

    async def read(self, sha256: str) -> bytes:
        """The content. Raises BlobNotFound, and ContentDamaged for what isn't what was put."""
        packed = await self._blobs.get(_key(sha256))
        return await asyncio.to_thread(_unpacked, packed, sha256)


def _unpacked(packed: bytes, sha256: str) -> bytes:
    try:
        content = zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_BYTES)
    except zstandard.ZstdError:
        raise ContentDamaged(sha256) from None
    if hash_of(content) != sha256:
        raise ContentDamaged(sha256)
    return content


def _key(sha256: str) -> str:
    return f"sources/{sha256[:2]}/{sha256}.zst"
