"""Use case: finding poses, among the imported ones and in the built-in gallery."""

import heapq
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chassis.auth import Role, principal
from chassis.paging import Page, decode_token, encode_token, page_size
from chassis.postgres import Database
from jobs.visibility import visible_owner
from services.generator import store
from services.generator.errors import PoseNotFound
from services.generator.gallery import GalleryPose, by_name
from services.generator.skeleton import Skeleton

if TYPE_CHECKING:
    from chassis.postgres import Connection

EVERYBODY = ""


@dataclass(frozen=True, slots=True)
class Pose:
    """A pose of the library. `owner` "" means everybody's; `created_at` None: it is built in."""

    pose_id: str
    owner: str
    name: str
    tags: tuple[str, ...]
    skeleton: Skeleton
    created_at: datetime | None

    @property
    def place(self) -> tuple[str, str]:
        """Where it stands in a list."""
        return (self.pose_id, self.owner)


class Posing:
    """Reads poses. A user meets everybody's and its own, operators and services all (I10)."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def get(self, pose_id: str) -> Pose:
        """The pose that the id means to the caller; for operators and services also anybody's. Raises PoseNotFound."""
        found = await self._find([pose_id], anybodys=principal.get().role is not Role.USER)
        if pose_id not in found:
            raise PoseNotFound("pose_id", pose_id)
        return found[pose_id]

    async def drawable(self, field: str, pose_ids: Sequence[str]) -> dict[str, Skeleton]:
        """The skeletons of the caller's poses, in order. Raises PoseNotFound, naming the place in `field`."""
        found = await self._find(pose_ids, anybodys=False) if pose_ids else {}
        for index, pose_id in enumerate(pose_ids):
            if pose_id not in found:
                raise PoseNotFound(f"{field}[{index}]", pose_id)
        return {pose_id: found[pose_id].skeleton for pose_id in pose_ids}

    async def list_poses(self, *, tags: Sequence[str], size: int, token: str) -> Page:
        """A page of poses with all the tags, by id. Raises InvalidArgument for a foreign token."""
        owner, limit = visible_owner(), page_size(size)
        filters = [owner or "", *sorted(tags)]
        after = decode_token(token, "poses", filters, width=2)

        async def read(connection: "Connection") -> store.Rows:
            return await store.list_poses(connection, owner=owner, tags=tags, after=after, limit=limit + 1)

        imported = [_imported(row) for row in await self._database.run(read)]
        merged = heapq.merge(imported, _built_in(tags, after), key=lambda pose: pose.place)
        poses = [pose for _, pose in zip(range(limit + 1), merged, strict=False)]
        shown = poses[:limit]
        return Page(shown, encode_token("poses", filters, shown[-1].place) if len(poses) > limit else "")

    async def _find(self, pose_ids: Sequence[str], *, anybodys: bool) -> dict[str, Pose]:
        owner = principal.get().subject

        async def read(connection: "Connection") -> store.Rows:
            return await store.find_poses(connection, pose_ids, owner, anybodys=anybodys)

        imported = {row["pose_id"]: _imported(row) for row in await self._database.run(read)}
        built_in = {pose_id: _gallery_pose(by_name()[pose_id]) for pose_id in pose_ids if pose_id in by_name()}
        # A gallery that grows must not change what an id has meant.
        return {**built_in, **imported}


def _built_in(tags: Sequence[str], after: Sequence[str] | None) -> Iterable[Pose]:
    """The gallery's poses with all the tags that come after the place, by id."""
    poses = (_gallery_pose(pose) for pose in by_name().values() if set(tags) <= set(pose.tags))
    return sorted((pose for pose in poses if after is None or pose.place > tuple(after)), key=lambda pose: pose.place)


def _gallery_pose(pose: GalleryPose) -> Pose:
    return Pose(pose.name, EVERYBODY, pose.title, pose.tags, pose.skeleton, None)


def _imported(row: store.Row) -> Pose:
    skeleton = Skeleton.from_document(json.loads(row["skeleton"]))
    return Pose(row["pose_id"], row["owner"], row["name"], tuple(row["tags"]), skeleton, row["created_at"])
