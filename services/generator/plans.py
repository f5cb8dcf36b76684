"""What a request for images comes to: its defaults, its variations with their keys and seeds, its exports. No I/O."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atelier.generator.v1 import generation_service_pb2 as pb

from chassis.errors import FieldViolation
from jobs.job import Lane
from services.generator.backends.backend import Limits, Mode

DEFAULT_SIDE = 512
SEEDS = 2**32


@dataclass(frozen=True, slots=True)
class PlannedVariation:
    """One image to make: its key in the generation, its pose ("" in text mode), its seed."""

    key: str
    pose_id: str
    seed: int


def filled_in(request: pb.CreateGenerationRequest, *, limits: Limits, base_seed: int) -> pb.CreateGenerationRequest:
    """The request with every default filled in; `base_seed` is for one without."""
    filled = pb.CreateGenerationRequest()
    filled.CopyFrom(request)
    filled.variations = request.variations or 1
    filled.width = request.width or DEFAULT_SIDE
    filled.height = request.height or DEFAULT_SIDE
    filled.style = request.style or next(iter(limits.styles), "")
    filled.base_seed = request.base_seed if request.HasField("base_seed") else base_seed
    filled.lane = request.lane or Lane.NORMAL  # type: ignore[assignment]
    for export in filled.exports:
        export.format = export.format or pb.IMAGE_FORMAT_PNG
    return filled


def plan_violations(filled: pb.CreateGenerationRequest, limits: Limits) -> list[FieldViolation]:
    """What the proto's rules can't tell of a request: what the backend can't do, and exports that occur twice."""
    return [*_size_violations(filled, limits), *_source_violations(filled, limits), *_export_violations(filled)]


def planned_variations(filled: pb.CreateGenerationRequest) -> list[PlannedVariation]:
    """The variations, by pose in the order asked for and by number."""
    pose_ids = list(filled.gallery.pose_ids) if filled.WhichOneof("source") == "gallery" else [""]
    keyed = [(f"{pose_id or 'text'}-v{n}", pose_id) for pose_id in pose_ids for n in range(1, filled.variations + 1)]
    return [PlannedVariation(key, pose_id, seed_of(filled.base_seed, key)) for key, pose_id in keyed]


def seed_of(base_seed: int, key: str) -> int:
    """A variation's seed: the first four bytes of SHA-256 over `<base seed>:<key>`, so that it depends on no other."""
    return int.from_bytes(hashlib.sha256(f"{base_seed}:{key}".encode()).digest()[:4])


def prompt_of(filled: pb.CreateGenerationRequest) -> str:
    """What else should be in the picture, or what to draw."""
    return filled.gallery.prompt if filled.WhichOneof("source") == "gallery" else filled.text.prompt


def fingerprint_of(request: pb.CreateGenerationRequest) -> bytes:
    """SHA-256 of what a request asks for as it was sent, whatever id it carries."""
    content = pb.CreateGenerationRequest()
    content.CopyFrom(request)
    content.ClearField("request_id")
    return hashlib.sha256(content.SerializeToString(deterministic=True)).digest()


def reservation_key(generation_id: object, key: str, round_number: int) -> str:
    """The ledger's name for what is set aside for a variation."""
    return f"{generation_id}/{key}/{round_number}"


def _size_violations(filled: pb.CreateGenerationRequest, limits: Limits) -> Iterator[FieldViolation]:
    low, high, step = limits.smallest_side, limits.largest_side, limits.size_step
    for field, value in (("width", filled.width), ("height", filled.height)):
        if not low <= value <= high or value % step:
            yield FieldViolation(field, f"this backend makes {low} to {high} in steps of {step}", "BACKEND_LIMIT")


def _source_violations(filled: pb.CreateGenerationRequest, limits: Limits) -> Iterator[FieldViolation]:
    source = filled.WhichOneof("source") or ""
    if (Mode.POSE if source == "gallery" else Mode.TEXT) not in limits.modes:
        yield FieldViolation(source, "this backend can't make images from it", "BACKEND_LIMIT")
    if len(prompt_of(filled)) > limits.longest_prompt:
        what = f"this backend reads {limits.longest_prompt} characters at most"
        yield FieldViolation(f"{source}.prompt", what, "BACKEND_LIMIT")
    if limits.styles and filled.style not in limits.styles:
        yield FieldViolation("style", f"must be one of {', '.join(limits.styles)}", "UNKNOWN_STYLE")


def _export_violations(filled: pb.CreateGenerationRequest) -> Iterator[FieldViolation]:
    asked: Sequence[tuple[int, int]] = [(export.preset, export.format) for export in filled.exports]
    for index, export in enumerate(asked):
        place = asked.index(export)
        if place != index:
            yield FieldViolation(f"exports[{index}]", f"is exports[{place}] again", "DUPLICATE_EXPORT")
