"""Use case: streams of poses into the library, message by message; a bad pose is told of and stops nothing.

Each message is a transaction of its own: nothing waits for the sender inside one (I8), and what was read is kept.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atelier.generator.v1 import pose_service_pb2 as pb

from chassis.auth import Role, principal
from chassis.errors import FieldViolation
from chassis.postgres import Database
from chassis.validation import violations
from services.generator import store
from services.generator.gallery import by_name
from services.generator.import_summary import Summary
from services.generator.pose_files import PoseFormat, PoseRejection, ReadPose, read_poses
from services.generator.posing import EVERYBODY
from services.generator.skeleton import BadSkeleton, Skeleton
from services.generator.skeleton_messages import read_skeleton, skeleton_message

if TYPE_CHECKING:
    from chassis.postgres import Connection

FILE_FORMATS: dict[Any, PoseFormat] = {
    pb.ImportPosesRequest.FILE_FORMAT_OPENPOSE_JSON: PoseFormat.OPENPOSE_JSON,
    pb.ImportPosesRequest.FILE_FORMAT_COCO_JSON: PoseFormat.COCO_JSON,
    pb.ImportPosesRequest.FILE_FORMAT_JSON_LINES: PoseFormat.JSON_LINES,
}
POSE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class _Named:
    """A good pose, as `import_poses.sql` takes it."""

    pose_id: str
    name: str
    tags: Sequence[str]
    skeleton: Skeleton

    def to_document(self) -> dict[str, Any]:
        return {
            "pose_id": self.pose_id,
            "name": self.name,
            "tags": list(self.tags),
            "skeleton": self.skeleton.to_document(),
        }


class PoseImporting:
    """Imports poses. Importing the same again changes nothing. A user's are its own, others import for everybody."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def import_poses(self, messages: AsyncIterator[pb.ImportPosesRequest]) -> Summary:
        """Upsert poses by id."""
        caller = principal.get()
        owner = caller.subject if caller.role is Role.USER else EVERYBODY
        summary = Summary()
        async for message in messages:
            # A file of thousands takes a moment to read; a thread keeps other calls moving.
            good = await asyncio.to_thread(_good, message, summary)
            await self._write(owner, good, summary)
        return summary

    async def _write(self, owner: str, good: Sequence[_Named], summary: Summary) -> None:
        # Of two with one id the last counts.
        documents = {one.pose_id: one.to_document() for one in good}

        async def write(connection: "Connection") -> store.Row:
            return await store.import_poses(connection, owner, json.dumps(list(documents.values())))

        if documents:
            done = await self._database.run(write)
            summary.inserted += done["inserted"]
            summary.updated += done["updated"]


def _good(message: pb.ImportPosesRequest, summary: Summary) -> list[_Named]:
    """The good poses of a message; the bad ones are rejected by the first rule they break."""
    good = []
    for one in _records(message) if message.WhichOneof("content") == "records" else _file(message.file, summary):
        if isinstance(one, FieldViolation):
            summary.reject(one)
        else:
            summary.received += 1
            good.append(one)
    return good


def _records(message: pb.ImportPosesRequest) -> Iterable[_Named | FieldViolation]:
    for record in message.records.records:
        broken = _record_violations(record)
        if broken:
            yield broken[0]
            continue
        try:
            skeleton = read_skeleton(record.skeleton)
        except BadSkeleton as error:
            yield FieldViolation(f"skeleton.{error.field}", error.description, error.reason)
        else:
            yield _Named(record.pose_id, record.name or record.pose_id, record.tags, skeleton)


def _file(file: pb.ImportPosesRequest.File, summary: Summary) -> Iterable[_Named | FieldViolation]:
    for one in read_poses(file.content, FILE_FORMATS[file.format]):
        if isinstance(one, PoseRejection):
            yield FieldViolation(one.field, one.message, one.reason)
        else:
            yield _named(one, file.id_prefix, summary.received + 1)


def _named(read: ReadPose, prefix: str, number: int) -> _Named | FieldViolation:
    """A pose of a file under its own id, or under the prefix and its number in the stream."""
    own = read.name if POSE_ID.fullmatch(read.name) else ""
    pose_id = own or (f"{prefix}-{number}" if prefix else "")
    if not pose_id:
        return FieldViolation("id", "is missing, and the file has no id_prefix", "POSE_ID_MISSING")
    try:
        record = pb.PoseRecord(
            pose_id=pose_id, name=read.name or pose_id, tags=read.tags, skeleton=skeleton_message(read.skeleton)
        )
    except ValueError:  # Half a surrogate pair, which JSON can hold and text can't.
        return FieldViolation("name", "must be text", "INVALID_FIELD")
    broken = _record_violations(record)
    return broken[0] if broken else _Named(pose_id, record.name, record.tags, read.skeleton)


def _record_violations(record: pb.PoseRecord) -> list[FieldViolation]:
    if record.pose_id in by_name():
        return [FieldViolation("pose_id", "belongs to the built-in gallery", "POSE_ID_TAKEN")]
    return violations(record)
