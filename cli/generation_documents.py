"""Generations, their images and exports as plain values: what `--json` prints, and the rows of tables."""

from typing import Any

from atelier.generator.v1.generation_service_pb2 import (
    CreateGenerationRequest,
    Export,
    ExportPreset,
    Generation,
    GenerationState,
    Image,
    ImageFormat,
    Variation,
    VariationState,
)

from cli.documents import timestamp, word
from cli.job_documents import error_document, error_text

GENERATION_COLUMNS = ("generation", "owner", "state", "made", "credits", "of", "style", "create_time")


def generation_document(found: Generation) -> dict[str, Any]:
    """A generation without its images; what doesn't apply is None."""
    asked = found.request
    return {
        "generation_id": found.generation_id,
        "owner": found.owner,
        "state": word(GenerationState, found.state),
        "progress": {"done": found.progress.done, "total": found.progress.total},
        **{name: getattr(found, name) for name in ("succeeded", "failed", "cancelled")},
        **{name: getattr(found, name) for name in ("credits_reserved", "credits_charged")},
        "request_id": asked.request_id,
        "poses": list(asked.gallery.pose_ids),
        "prompt": asked.gallery.prompt or asked.text.prompt or None,
        **{name: getattr(asked, name) for name in ("variations", "width", "height")},
        "style": asked.style or None,
        "base_seed": asked.base_seed if asked.HasField("base_seed") else None,
        "create_time": timestamp(found, "create_time"),
        "end_time": timestamp(found, "end_time"),
    }


def generation_row(found: Generation) -> list[object]:
    """A generation for the table, under `GENERATION_COLUMNS`."""
    return [
        found.generation_id,
        found.owner,
        word(GenerationState, found.state),
        f"{found.succeeded}/{found.progress.total}",
        found.credits_charged,
        _subject(found.request),
        found.request.style or None,
        timestamp(found, "create_time"),
    ]


def variation_document(found: Variation) -> dict[str, Any]:
    """One image that was made, or why it wasn't."""
    return {
        "key": found.key,
        "state": word(VariationState, found.state),
        "pose_id": found.pose_id or None,
        "seed": found.seed,
        "original": image_document(found.original) if found.HasField("original") else None,
        "exports": [_export_document(one) for one in found.exports],
        "backend": found.backend or None,
        "seconds": found.seconds,
        "reused": found.reused,
        "error": error_document(found.error) if found.HasField("error") else None,
        "job": found.job,
    }


def variation_line(found: dict[str, Any], why: list[str]) -> str:
    """An image's document with its paths for who reads lines; `why` is what failed of it."""
    paths = [one["path"] for one in (found["original"], *found["exports"]) if one and one.get("path")]
    reused = ["reused"] if found["reused"] else []
    return "  ".join([found["key"], found["state"], *paths, *reused, *why])


def failures(found: Variation) -> list[str]:
    """What failed of an image, each as `NETWORK: the message`."""
    exports = [f"{export_name(one)}: {error_text(one)}" for one in found.exports if one.HasField("error")]
    own = error_text(found) if found.state == VariationState.VARIATION_STATE_FAILED else None
    return [own, *exports] if own else exports


def image_document(image: Image) -> dict[str, Any]:
    """A stored picture."""
    return {
        "sha256": image.sha256,
        "format": word(ImageFormat, image.format),
        "width": image.width,
        "height": image.height,
        "bytes": image.bytes,
    }


def export_name(export: Export) -> str:
    """`portrait`."""
    return (word(ExportPreset, export.spec.preset) or "").lower()


def _export_document(export: Export) -> dict[str, Any]:
    image = image_document(export.image) if export.HasField("image") else {}
    return {
        "preset": word(ExportPreset, export.spec.preset),
        "format": word(ImageFormat, export.spec.format),
        **image,
        "error": error_document(export.error) if export.HasField("error") else None,
    }


def _subject(asked: CreateGenerationRequest) -> str:
    """What is drawn, in short."""
    if asked.HasField("text"):
        return asked.text.prompt if len(asked.text.prompt) <= 40 else f"{asked.text.prompt[:39]}…"
    first, *rest = asked.gallery.pose_ids
    return f"{first} and {len(rest)} more" if rest else first
