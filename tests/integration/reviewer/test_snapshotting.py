"""Repositories, and the files of one at a time, as they are kept."""

import random
import string
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from atelier.reviewer.v1 import repository_service_pb2 as pb
from atelier.reviewer.v1.review_service_pb2 import SourceFile

from chassis.auth import Principal, Role, principal
from chassis.blobs import Blobs
from chassis.errors import InvalidArgument
from chassis.postgres import Database
from services.reviewer import store
from services.reviewer.contents import Contents, hash_of
from services.reviewer.errors import RepositoryNotFound, SnapshotTooLarge
from services.reviewer.ignore_rules import PROCESS
from services.reviewer.linters.sandbox import Limits, Sandbox
from services.reviewer.repositories import Repositories
from services.reviewer.snapshotting import SnapshotLimits, Snapshotting
from tests.shared_data import REPOSITORY

OWNER = "ann"
TABLES = ("snapshots", "snapshot_files", "contents")


@dataclass(frozen=True)
class Ground:
    """The use cases, and what they stand on."""

    database: Database
    contents: Contents
    repositories: Repositories
    snapshotting: Snapshotting

    async def take(self, files: Mapping[str, bytes], *, owner: str = OWNER, size: int = 3) -> store.Row:
        """A snapshot of the owner's repository `project`."""
        with caller(owner):
            repository = await self.repositories.create("project")
            return await self.snapshotting.take(stream(str(repository["repository_id"]), files, size=size))

    async def kept(self, snapshot: store.Row) -> dict[str, str]:
        """Path and hash of a snapshot's files."""
        async with self.database.connection() as connection:
            rows = await store.list_snapshot_files(connection, snapshot["snapshot_id"])
        return {row["path"]: row["sha256"] for row in rows}

    async def counts(self) -> list[int]:
        """How many rows the tables have."""
        async with self.database.connection() as connection:
            return [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES]  # noqa: S608


@contextmanager
def caller(subject: str, role: Role = Role.USER) -> Iterator[None]:
    """Calls are this caller's for the block's time."""
    token = principal.set(Principal(subject, role))
    try:
        yield
    finally:
        principal.reset(token)


def parts(repository_id: str, files: Mapping[str, bytes], *, size: int = 3) -> list[pb.CreateSnapshotRequest]:
    """The messages of a snapshot, `size` files in each."""
    sources = [SourceFile(path=path, content=content) for path, content in files.items()]
    head = pb.CreateSnapshotRequest(head=pb.CreateSnapshotRequest.Head(repository_id=repository_id, revision="r1"))
    batches = [sources[start : start + size] for start in range(0, len(sources), size)]
    return [head, *(pb.CreateSnapshotRequest(files=pb.CreateSnapshotRequest.Files(files=batch)) for batch in batches)]


async def stream(repository_id: str, files: Mapping[str, bytes], *, size: int = 3) -> AsyncIterator[Any]:
    """The same as a client sends them."""
    for message in parts(repository_id, files, size=size):
        yield message


async def each(*messages: pb.CreateSnapshotRequest) -> AsyncIterator[Any]:
    """These messages."""
    for message in messages:
        yield message


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    """Where rules are followed."""
    sandbox = Sandbox(places=2, limits=Limits(cpu_seconds=2), modules=[PROCESS])
    yield sandbox
    await sandbox.close()


@pytest.fixture
def ground(database: Database, sandbox: Sandbox, tmp_path: Path) -> Ground:
    """The use cases, with limits that a test can reach."""
    repositories, contents = Repositories(database=database), Contents(Blobs(f"file://{tmp_path}/blobs"))
    snapshotting = Snapshotting(
        database=database,
        repositories=repositories,
        contents=contents,
        sandbox=sandbox,
        limits=SnapshotLimits(size=4 * 2**20),
    )
    return Ground(database, contents, repositories, snapshotting)


async def test_a_repository_is_made_once_for_a_name(ground: Ground) -> None:
    with caller(OWNER):
        first, second = await ground.repositories.create("project"), await ground.repositories.create("project")
    with caller("bob"):
        other = await ground.repositories.create("project")

    assert first == second
    assert other["repository_id"] != first["repository_id"]


async def test_repositories_are_listed_by_name_and_only_the_caller_s(ground: Ground) -> None:
    for owner, name in (("ann", "c"), ("bob", "b"), ("ann", "a"), ("ann", "b")):
        with caller(owner):
            await ground.repositories.create(name)

    with caller("ann"):
        first = await ground.repositories.list_repositories(size=2, token="")
        second = await ground.repositories.list_repositories(size=2, token=first.next_token)
    with caller("root", Role.OPERATOR):
        everybody = await ground.repositories.list_repositories(size=3, token="")
        rest = await ground.repositories.list_repositories(size=3, token=everybody.next_token)

    assert [row["name"] for row in [*first.rows, *second.rows]] == ["a", "b", "c"]
    assert second.next_token == ""
    assert [(row["name"], row["owner"]) for row in [*everybody.rows, *rest.rows]] == [
        ("a", "ann"),
        ("b", "ann"),
        ("b", "bob"),
        ("c", "ann"),
    ]


async def test_the_project_s_own_services_are_kept_with_their_contents_and_known_the_next_time(ground: Ground) -> None:
    folder = REPOSITORY / "services"
    found = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    files = {str(path.relative_to(REPOSITORY)): path.read_bytes() for path in found if path.stat().st_size < 2**18}
    files["services/__pycache__/left.py"] = b"x = 1\n"
    changed = "services/reviewer/__init__.py"

    first = await ground.take(files, size=100)
    kept = await ground.kept(first)
    second = await ground.take({**files, changed: b"CHANGED = True\n"}, size=100)

    assert first["known"] == 0
    assert first["files"] == len(kept) == len(files) - first["left_out"] > 200
    assert first["bytes"] == sum(len(files[path]) for path in kept)
    assert all(hash_of(files[path]) == sha256 for path, sha256 in kept.items())
    assert await ground.contents.read(kept["services/reviewer/store.py"]) == files["services/reviewer/store.py"]
    assert "services/__pycache__/left.py" not in kept
    assert (second["files"], second["known"]) == (first["files"], first["files"] - 1)


async def test_snapshots_are_listed_the_newest_first(ground: Ground) -> None:
    taken = [await ground.take({"a.py": f"{number}\n".encode()}) for number in range(3)]
    repository_id = str(taken[0]["repository_id"])

    with caller(OWNER):
        first = await ground.repositories.list_snapshots(repository_id=repository_id, size=2, token="")
        last = await ground.repositories.list_snapshots(repository_id=repository_id, size=2, token=first.next_token)

    assert [*first.rows, *last.rows] == taken[::-1]
    assert last.next_token == ""


async def test_what_git_ignores_is_left_out_wherever_that_is_said_and_whenever_it_comes(ground: Ground) -> None:
    files = {
        "app/main.py": b"",
        "app/local.py": b"",
        "app/kept.local.py": b"",
        "build/out.py": b"",
        "deep/build/out.py": b"",
        "logs/a.py": b"",
        "logs/inner/b.py": b"",
        "api/stubs.py": b"",
        "api/own.py": b"",
        "logs/.gitignore": b"!*.py\n",
        "app/.gitignore": b"\xef\xbb\xbf*local.py\r\n!kept.local.py\r\n",
        ".gitignore": b"# what is made\n/build/\nlogs\n",
        ".gitattributes": b"api/* linguist-generated\napi/own.py -linguist-generated\n",
    }

    snapshot = await ground.take(files)

    assert set(await ground.kept(snapshot)) == {
        "app/main.py",
        "app/kept.local.py",
        "deep/build/out.py",
        "api/own.py",
    }
    assert snapshot["left_out"] == len(files) - 4


async def test_rules_that_take_for_ever_to_follow_are_refused(ground: Ground) -> None:
    rules = b"\n".join([b"*a" * 30 + b"b"] * 20)
    files = {".gitignore": rules, **{f"{'a' * 200}{number}.py": b"" for number in range(50)}}

    with pytest.raises(InvalidArgument) as refused:
        await ground.take(files, size=60)

    assert refused.value.violations[0].reason == "RULES_TOO_COSTLY"
    assert await ground.counts() == [0, 0, 0]


async def test_a_path_that_comes_twice_is_named_and_nothing_is_kept(ground: Ground) -> None:
    with caller(OWNER):
        repository = await ground.repositories.create("project")
        head, first, second = parts(str(repository["repository_id"]), {"a.py": b"1", "b.py": b"2"}, size=1)
        with pytest.raises(InvalidArgument, match=r"files\.files\[0\]\.path.*'a\.py'"):
            await ground.snapshotting.take(each(head, first, second, first))

    assert await ground.counts() == [0, 0, 0]


async def test_a_stream_without_its_head_or_with_two_is_refused(ground: Ground) -> None:
    with caller(OWNER):
        repository = await ground.repositories.create("project")
        head, files = parts(str(repository["repository_id"]), {"a.py": b"1"})

        for messages in ([], [files], [head, files, head]):
            with pytest.raises(InvalidArgument, match="head"):
                await ground.snapshotting.take(each(*messages))

    assert await ground.counts() == [0, 0, 0]


async def test_more_than_ten_thousand_files_are_refused_and_nothing_is_kept(ground: Ground) -> None:
    files = {f"src/f{number}.py": b"" for number in range(10_001)}

    with pytest.raises(SnapshotTooLarge, match="10,000 files"):
        await ground.take(files, size=1000)

    assert await ground.counts() == [0, 0, 0]


async def test_more_bytes_than_allowed_are_refused_though_they_would_be_left_out(ground: Ground) -> None:
    files = {f"node_modules/f{number}.py": b"x" * 2**20 for number in range(5)}

    with pytest.raises(SnapshotTooLarge, match="bytes"):
        await ground.take(files, size=2)

    assert await ground.counts() == [0, 0, 0]


async def test_a_message_with_too_many_bytes_is_refused(ground: Ground) -> None:
    files = {f"f{number}.py": bytes(2**20) for number in range(4)}

    with pytest.raises(InvalidArgument, match="one message"):
        await ground.take(files, size=4)

    assert await ground.counts() == [0, 0, 0]


async def test_a_stream_that_breaks_off_keeps_nothing(ground: Ground) -> None:
    async def broken(repository_id: str) -> AsyncIterator[Any]:
        async for message in stream(repository_id, {"a.py": b"1", "b.py": b"2"}, size=1):
            yield message
        raise ConnectionResetError

    with caller(OWNER):
        repository = await ground.repositories.create("project")
        with pytest.raises(ConnectionResetError):
            await ground.snapshotting.take(broken(str(repository["repository_id"])))

    assert await ground.counts() == [0, 0, 0]


async def test_nobody_takes_or_sees_snapshots_of_another_s_repository(ground: Ground) -> None:
    snapshot = await ground.take({"a.py": b"1"})
    repository_id = str(snapshot["repository_id"])

    with caller("bob"):
        with pytest.raises(RepositoryNotFound):
            await ground.snapshotting.take(stream(repository_id, {"a.py": b"1"}))
        with pytest.raises(RepositoryNotFound):
            await ground.repositories.list_snapshots(repository_id=repository_id, size=0, token="")
        with pytest.raises(RepositoryNotFound):
            await ground.repositories.list_snapshots(repository_id=str(uuid4()), size=0, token="")
    with caller("root", Role.OPERATOR):
        page = await ground.repositories.list_snapshots(repository_id=repository_id, size=0, token="")

    assert page.rows == [snapshot]


async def test_hostile_names_are_kept_as_they_are_or_refused(ground: Ground) -> None:
    letters = random.Random(7)
    odd = ["a\nb.py", "\u202egnp.py", "sp ace/*.py", "a", "a/b.py", "-rf.py", "%2e%2e/x.py", "\u0130.py", "'; --.py"]
    long = "".join(letters.choices(string.ascii_letters, k=990)) + "/x.py"

    snapshot = await ground.take({**dict.fromkeys(odd, b"#!/bin/sh\n"), long: b"1"})
    with pytest.raises(InvalidArgument, match="1,000 bytes"):
        await ground.take({"".join(chr(letters.randrange(0x10000, 0x20000)) for _ in range(900)) + ".py": b"1"})

    assert set(await ground.kept(snapshot)) == {*odd, long}


async def test_a_secret_in_a_path_is_kept_as_its_mark(ground: Ground) -> None:
    def secret(number: int) -> str:
        return "AKIA" + "".join(random.Random(number).choices(string.ascii_uppercase + "234567", k=16))

    first, second = secret(1), secret(2)

    snapshot = await ground.take({f"a/{first}.py": b"1", f"b/{second}.py": b"2", f"c/{first}/x.py": b"3"})
    with pytest.raises(InvalidArgument, match="100 paths"):
        await ground.take({f"{secret(number)}.py": b"" for number in range(101)}, size=200)

    assert set(await ground.kept(snapshot)) == {
        "a/<aws-access-key-1>.py",
        "b/<aws-access-key-2>.py",
        "c/<aws-access-key-1>/x.py",
    }
