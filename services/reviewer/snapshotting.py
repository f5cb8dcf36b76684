"""Use case: taking a repository's files as they are at one time, out of a stream.

Contents go into the object store as they come, so that only names and hashes are held; the tables are written at the
stream's end, in one transaction. What a stream that breaks off has put into the object store is named by nobody.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import uuid_utils
from atelier.reviewer.v1 import repository_service_pb2 as pb
from atelier.reviewer.v1.review_service_pb2 import SourceFile

from chassis.errors import FieldViolation, InvalidArgument
from chassis.postgres import Database
from services.reviewer import store
from services.reviewer.contents import Contents, hash_of
from services.reviewer.errors import SnapshotTooLarge
from services.reviewer.ignore_rules import MOST_BYTES, has_rules, ignored
from services.reviewer.left_out import is_left_out
from services.reviewer.linters.sandbox import Sandbox
from services.reviewer.paths import redacted_paths
from services.reviewer.repositories import Repositories

if TYPE_CHECKING:
    from chassis.postgres import Connection

MOST_MESSAGE_BYTES = 3 * 2**20  # As the proto has it.
_PUT_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotLimits:
    """What may be sent for one snapshot, whether it is kept or left out."""

    files: int = 10_000
    size: int = 200 * 2**20  # Bytes.


@dataclass(frozen=True, slots=True)
class _File:
    """What is held of a file. `known`: its owner has sent the content before this snapshot."""

    sha256: str
    size: int
    known: bool


@dataclass(slots=True)
class _Taken:
    """What has come so far. `paths` are all that came, `files` those that are kept unless `rules` leave them out."""

    paths: set[str] = field(default_factory=set)
    files: dict[str, _File] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)
    size: int = 0


class Snapshotting:
    """Takes snapshots. A repository's contents are its owner's, whoever sends them."""

    def __init__(
        self,
        *,
        database: Database,
        repositories: Repositories,
        contents: Contents,
        sandbox: Sandbox,
        limits: SnapshotLimits,
    ) -> None:
        self._database = database
        self._repositories = repositories
        self._contents = contents
        self._sandbox = sandbox
        self._limits = limits

    async def take(self, messages: AsyncIterator[pb.CreateSnapshotRequest]) -> store.Row:
        """The snapshot, committed with all of its files; a stream that doesn't end well leaves nothing (I1).

        Raises RepositoryNotFound, SnapshotTooLarge, and InvalidArgument, which names a path that comes twice.
        """
        head = _head(await anext(messages, None))
        repository, taken = await self._repositories.get(head.repository_id), _Taken()
        async for message in messages:
            if message.WhichOneof("part") == "head":
                raise _broken("head", "must come once, and first")
            await self._take(repository["owner"], message.files.files, taken)
        kept = await self._kept(taken)
        return await self._write(repository, head.revision, kept, left_out=len(taken.paths) - len(kept))

    async def _take(self, owner: str, files: Sequence[SourceFile], taken: _Taken) -> None:
        if sum(len(file.content) for file in files) > MOST_MESSAGE_BYTES:
            raise _broken("files.files", f"have more than {MOST_MESSAGE_BYTES:,} bytes in one message")
        self._count(files, taken)
        wanted = await asyncio.to_thread(_wanted, files)
        asked = [sha256 for _, sha256 in wanted]

        async def read(connection: "Connection") -> set[str]:
            return await store.find_contents(connection, owner, asked)

        known = await self._database.run(read) if asked else set()
        for file, sha256 in wanted:
            taken.files[file.path] = _File(sha256, len(file.content), sha256 in known)
        new = {sha256: file.content for file, sha256 in wanted if sha256 not in known | taken.stored}
        await self._put(new.values())
        taken.stored |= new.keys()

    def _count(self, files: Iterable[SourceFile], taken: _Taken) -> None:
        for number, file in enumerate(files):
            if file.path in taken.paths:
                raise _repeated(f"files.files[{number}].path", file.path)
            taken.paths.add(file.path)
            taken.size += len(file.content)
            if has_rules(file.path):
                taken.rules[file.path] = file.content.decode("utf-8-sig", errors="replace")
        if len(taken.paths) > self._limits.files:
            raise SnapshotTooLarge(what="files", most=self._limits.files)
        if taken.size > self._limits.size:
            raise SnapshotTooLarge(what="bytes", most=self._limits.size)
        if sum(map(len, taken.rules.values())) > MOST_BYTES:
            raise _broken("files", f"the rules of all `.gitignore` must have {MOST_BYTES:,} characters at most")

    async def _put(self, contents: Iterable[bytes]) -> None:
        places = asyncio.Semaphore(_PUT_AT_ONCE)

        async def put(content: bytes) -> None:
            async with places:
                await self._contents.put(content)

        await asyncio.gather(*(put(content) for content in contents))

    async def _kept(self, taken: _Taken) -> dict[str, _File]:
        """The files that no rule leaves out, by their paths without secrets."""
        out = await ignored(taken.files, taken.rules, self._sandbox)
        paths = sorted(taken.files.keys() - out)
        redacted = await asyncio.to_thread(redacted_paths, paths)
        kept = {name: taken.files[path] for name, path in zip(redacted, paths, strict=True)}
        if len(kept) < len(paths):
            raise _broken("files", "two paths are the same but for what looks like a secret in them")
        return kept

    async def _write(
        self, repository: store.Row, revision: str, kept: Mapping[str, _File], *, left_out: int
    ) -> store.Row:
        snapshot_id, files = UUID(bytes=uuid_utils.uuid7().bytes), list(kept.values())
        hashes = [file.sha256 for file in files]

        async def write(connection: "Connection") -> store.Row:
            row = await store.insert_snapshot(
                connection,
                snapshot_id,
                repository["repository_id"],
                revision=revision,
                files=len(files),
                size=sum(file.size for file in files),
                known=sum(file.known for file in files),
                left_out=left_out,
                digest=_digest(kept),
            )
            sizes = [file.size for file in files]
            await store.insert_snapshot_files(connection, snapshot_id, paths=list(kept), hashes=hashes, sizes=sizes)
            await store.insert_contents(connection, repository["owner"], sorted(set(hashes)))
            return row

        return await self._database.transact(write)


def _digest(kept: Mapping[str, _File]) -> bytes:
    files = sorted((path, file.sha256) for path, file in kept.items())
    return hashlib.sha256(json.dumps(files).encode()).digest()


def _head(message: pb.CreateSnapshotRequest | None) -> pb.CreateSnapshotRequest.Head:
    if message is None or message.WhichOneof("part") != "head":
        raise _broken("head", "must come first")
    return message.head


def _wanted(files: Iterable[SourceFile]) -> list[tuple[SourceFile, str]]:
    """The files that aren't left out by what they are, with the hashes of their contents."""
    return [(file, hash_of(file.content)) for file in files if not is_left_out(file.path, file.content)]


def _repeated(field_path: str, path: str) -> InvalidArgument:
    return InvalidArgument([FieldViolation(field_path, f"the path {path!r} comes twice", "PATH_REPEATED")])


def _broken(field_path: str, description: str) -> InvalidArgument:
    return InvalidArgument([FieldViolation(field_path, description)])
