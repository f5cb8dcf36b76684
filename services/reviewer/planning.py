"""What a request for a review comes to: its parts, their contents, and the tokens they may take. No I/O."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from atelier.reviewer.v1 import review_service_pb2 as pb
from google.protobuf.message import Message

from chassis.errors import FieldViolation, InvalidArgument
from jobs.job import Lane
from services.reviewer.architecture.facts import MOST_BYTES as FACTS_BYTES
from services.reviewer.config import ReviewerSettings
from services.reviewer.contents import hash_of
from services.reviewer.limits import FileLimits, Skip, admit
from services.reviewer.models.prompt import Task
from services.reviewer.models.settings import read_models
from services.reviewer.models.tokens import most_tokens, most_tokens_of_size
from services.reviewer.new_review import NewReview, PlannedPart
from services.reviewer.parts import FileInput, Inputs
from services.reviewer.paths import redacted_paths
from services.reviewer.source import Lines

MOST_BYTES = {Task.REVIEW: 4 * 2**20, Task.DEBUG: 2**20}  # Of all files, as the proto has it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimating:
    """What bounds the tokens of a call: the largest file that is reviewed, and the longest answer.

    `answer_tokens` None: no model is set.
    """

    limits: FileLimits
    answer_tokens: int | None

    @classmethod
    def of(cls, settings: ReviewerSettings) -> "Estimating":
        """By the settings."""
        answer_tokens = settings.model_max_output_tokens if read_models(settings.models) else None
        return cls(limits=settings.file_limits, answer_tokens=answer_tokens)

    def tokens(self, *texts: str) -> int:
        """What a call about these texts may use at most; 0 without a model."""
        return 0 if self.answer_tokens is None else most_tokens(*texts) + self.answer_tokens

    def tokens_of_size(self, size_bytes: int) -> int:
        """The same about a text of that size."""
        return 0 if self.answer_tokens is None else most_tokens_of_size(size_bytes) + self.answer_tokens

    def text_of(self, path: str, content: bytes) -> str | None:
        """What of a file a model may see; None: none looks at it."""
        if self.answer_tokens is None:
            return None
        admitted = admit(path, content, limits=self.limits)
        return None if isinstance(admitted, Skip) else admitted.text


def planned_snapshot(request: pb.CreateReviewRequest, project: str, digest: bytes, estimating: Estimating) -> NewReview:
    """The review of a request for an architecture; `project` is for one that names none, `digest` the snapshot's."""
    return NewReview(
        request_id=request.request_id,
        fingerprint=fingerprint_of(request),
        project=request.project or project,
        kind=Task.ARCHITECTURE,
        secret_policy=policy_word(request.secret_policy),
        lane=Lane(request.lane or Lane.NORMAL),
        parts=[planned_architecture(digest, estimating)],
        snapshot_id=UUID(request.architecture.snapshot_id),
    )


def planned_review(request: pb.CreateReviewRequest, estimating: Estimating) -> NewReview:
    """The review of a request for files or an error. Raises InvalidArgument, with each field that is wrong."""
    kind = Task(request.WhichOneof("target") or "")
    files = getattr(request, kind).files
    paths = redacted_paths([file.path for file in files])
    read = [file.content for file in files]  # Read once, as each reading copies all of it.
    field = f"{kind}.files"
    broken = [*_path_violations(field, paths), *_size_violations(field, read, MOST_BYTES[kind])]
    if broken:
        raise InvalidArgument(broken)
    sent = [(_input(path, file, content), content) for path, file, content in zip(paths, files, read, strict=True)]
    contents = {file.sha256: content for file, content in sent}
    if kind is Task.DEBUG:
        parts = [_planned_debug(request.debug.error, sent, estimating)]
        error = request.debug.error.encode()
        contents[hash_of(error)] = error
    else:
        parts = [_planned_file(file, content, estimating) for file, content in sent]
    return NewReview(
        request_id=request.request_id,
        fingerprint=fingerprint_of(request),
        project=request.project,
        kind=kind,
        secret_policy=policy_word(request.secret_policy),
        lane=Lane(request.lane or Lane.NORMAL),
        parts=parts,
        contents=contents,
    )


def planned_architecture(digest: bytes, estimating: Estimating) -> PlannedPart:
    """The part that the snapshot of the digest is as a whole."""
    tokens = estimating.tokens_of_size(FACTS_BYTES)
    return PlannedPart(task=Task.ARCHITECTURE, inputs=Inputs(), tokens=tokens, digest=digest)


def planned_stored_file(path: str, sha256: str, size_bytes: int, estimating: Estimating) -> PlannedPart:
    """The part that a file of a snapshot is, at its path without secrets."""
    tokens = 0 if size_bytes > estimating.limits.file_bytes else estimating.tokens_of_size(size_bytes)
    return PlannedPart(task=Task.REVIEW, path=path, inputs=Inputs([FileInput(path, sha256)]), tokens=tokens)


def fingerprint_of(request: Message) -> bytes:
    """SHA-256 of what a request of any method asks for as it was sent, whatever `request_id` it carries."""
    content = type(request)()
    content.CopyFrom(request)
    content.ClearField("request_id")
    told = [content.DESCRIPTOR.full_name.encode(), content.SerializeToString(deterministic=True)]
    return hashlib.sha256(b"\0".join(told)).digest()


def policy_word(policy: int) -> str:
    """The policy as the table has it."""
    return pb.SecretPolicy.Name(policy or pb.SECRET_POLICY_REDACT).removeprefix("SECRET_POLICY_")


def _planned_file(file: FileInput, content: bytes, estimating: Estimating) -> PlannedPart:
    text = estimating.text_of(file.path, content)
    tokens = 0 if text is None else estimating.tokens(file.path, text)
    return PlannedPart(task=Task.REVIEW, path=file.path, inputs=Inputs([file]), tokens=tokens)


def _planned_debug(error: str, sent: Sequence[tuple[FileInput, bytes]], estimating: Estimating) -> PlannedPart:
    files = [file for file, _ in sent]
    texts = [estimating.text_of(file.path, content) for file, content in sent]
    told = [error, *(file.path for file in files), *(text for text in texts if text is not None)]
    inputs = Inputs(files, error=hash_of(error.encode()))
    return PlannedPart(task=Task.DEBUG, inputs=inputs, tokens=estimating.tokens(*told))


def _input(path: str, file: pb.SourceFile, content: bytes) -> FileInput:
    changed = tuple(Lines(part.start_line, part.end_line) for part in file.changed)
    return FileInput(path, hash_of(content), changed)


def _path_violations(field: str, paths: Sequence[str]) -> Iterator[FieldViolation]:
    first: dict[str, int] = {}
    for index, path in enumerate(paths):
        place = first.setdefault(path, index)
        if place != index:
            what = f"is the path of {field}[{place}] again"
            yield FieldViolation(f"{field}[{index}].path", what, "DUPLICATE_PATH")


def _size_violations(field: str, contents: Sequence[bytes], most_bytes: int) -> Iterator[FieldViolation]:
    size = sum(map(len, contents))
    if size > most_bytes:
        yield FieldViolation(field, f"have {size:,} bytes in all; at most {most_bytes:,} are taken", "TOO_LARGE")
