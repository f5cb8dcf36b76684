"""Sends files to be reviewed, in bounded memory: as reviews of up to 100 files, or a repository as a snapshot."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from atelier.reviewer.v1.repository_service_pb2 import (
    CreateRepositoryRequest,
    CreateSnapshotRequest,
    Snapshot,
)
from atelier.reviewer.v1.review_service_pb2 import Review, SourceFile

from cli.answers import checked
from cli.connection import Gateway
from cli.errors import CliError
from cli.exits import ExitCode
from cli.local_sources import LocalSources
from cli.output import counted, say
from cli.pipeline import Batch, batches, read_aside
from cli.review_files import Gathered, LocalFile, total_size
from cli.review_request import Wishes

# As the protos have it.
REVIEW_FILES, REVIEW_BYTES = 100, 4 * 2**20
DEBUG_FILES, DEBUG_BYTES = 20, 2**20
PART_FILES, PART_BYTES = 1_000, 3_000_000


@dataclass(slots=True)
class ReviewUpload:
    """Files on their way to being reviewed. One that can't be sent is told of on stderr, and stops none.

    `unsent` counts them, `missing` those of them that somebody asked for by name.
    """

    wishes: Wishes
    sources: LocalSources = field(default_factory=LocalSources)
    unsent: int = 0
    missing: int = 0

    async def reviews(self, gateway: Gateway, files: Sequence[LocalFile]) -> AsyncIterator[Review]:
        """Reviews of all files, each accepted when the one before it has been dealt with.

        Raises `grpc.aio.AioRpcError`.
        """
        async for batch in self._batches(files, REVIEW_FILES, REVIEW_BYTES):
            if batch.messages:
                yield (await gateway.reviews.CreateReview(self.wishes.of_files(batch.messages))).review

    async def explanation(self, gateway: Gateway, error: str, files: Sequence[LocalFile]) -> Review:
        """The review that explains an error. Raises CliError when it is too much, and `grpc.aio.AioRpcError`."""
        if len(files) > DEBUG_FILES or total_size(files) > DEBUG_BYTES:
            most = f"{DEBUG_FILES} files and {DEBUG_BYTES // 2**20} MiB"
            raise CliError(f"An error is explained by at most {most}; name those that matter.", ExitCode.DATA)
        found = [batch async for batch in self._batches(files, DEBUG_FILES, REVIEW_BYTES)]
        messages = [one for batch in found for one in batch.messages]
        if not messages:
            raise CliError("No code is left to explain the error by; name other files.", ExitCode.NO_INPUT)
        request = self.wishes.of_error(error, messages)
        review: Review = (await gateway.reviews.CreateReview(request)).review
        return review

    async def snapshot_review(self, gateway: Gateway, gathered: Gathered, advance: Callable[[int], None]) -> Review:
        """The review of all files as a snapshot; `advance` hears how many more were sent.

        Raises `grpc.aio.AioRpcError`.
        """
        asked = CreateRepositoryRequest(name=self.wishes.project)
        repository = (await gateway.repositories.CreateRepository(asked)).repository
        head = CreateSnapshotRequest.Head(repository_id=repository.repository_id, revision=gathered.commit)
        files = [*gathered.rules, *gathered.files]
        parts = self._parts(head, files, advance)
        snapshot: Snapshot = (await gateway.repositories.CreateSnapshot(parts)).snapshot
        say(
            f"Snapshot {snapshot.snapshot_id} of {repository.name}: {counted(snapshot.files, 'file')},"
            f" {snapshot.known:,} known before, {snapshot.left_out:,} left out."
        )
        review: Review = (
            await gateway.repositories.ReviewSnapshot(self.wishes.of_snapshot(snapshot.snapshot_id))
        ).review
        return review

    async def _parts(
        self, head: CreateSnapshotRequest.Head, files: Sequence[LocalFile], advance: Callable[[int], None]
    ) -> AsyncIterator[CreateSnapshotRequest]:
        yield CreateSnapshotRequest(head=head)
        async for batch in self._batches(files, PART_FILES, PART_BYTES):
            if batch.messages:
                yield CreateSnapshotRequest(files=CreateSnapshotRequest.Files(files=batch.messages))
            advance(len(batch.messages) + len(batch.bad))

    async def _batches(
        self, files: Sequence[LocalFile], max_records: int, max_bytes: int
    ) -> AsyncIterator[Batch[SourceFile]]:
        """The files in batches; what can't be sent is told of here."""
        named = {file.path for file in files if file.named}
        records = checked(self.sources.read(files))
        async for batch in read_aside(batches(records, max_records=max_records, max_bytes=max_bytes)):
            for bad in batch.bad:
                self.unsent += 1
                self.missing += bad.place.file in named
                say(f"Not sent: {bad}.")
            yield batch
