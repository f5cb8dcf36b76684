"""What the options of `atelier generate` ask for, as the message it is sent as."""

import re
from collections.abc import Sequence

from atelier.generator.v1.generation_service_pb2 import CreateGenerationRequest, ExportSpec

from cli.fields import BadField, Fields
from cli.work_options import content_id

SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")
PRESETS = ("portrait", "square", "story", "landscape")
FORMATS = {"png": "PNG", "jpeg": "JPEG", "jpg": "JPEG", "webp": "WEBP"}


def generation_request(
    *,
    poses: Sequence[str],
    text: str,
    variations: int,
    size: str,
    style: str,
    seed: int | None,
    exports: Sequence[str],
    lane: str,
    prefix: str,
) -> CreateGenerationRequest:
    """The request, with an id of its own content, so that the same asked again is the same. Raises BadField."""
    width, height = read_size("--size", size)
    fields = Fields({"--pose": list(poses), "--text": text, "--style": style})
    request = CreateGenerationRequest(
        variations=variations,
        width=width,
        height=height,
        style=fields.text("--style"),
        base_seed=seed,
        exports=[read_export(export) for export in exports],
        lane=lane,
    )
    prompt, pose_ids = fields.text("--text"), fields.texts("--pose")
    if pose_ids:
        request.gallery.pose_ids.extend(pose_ids)
        request.gallery.prompt = prompt
    elif prompt:
        request.text.prompt = prompt
    else:
        raise BadField("--pose or --text", "must be given")
    request.request_id = content_id(prefix, request)
    return request


def read_size(field: str, size: str) -> tuple[int, int]:
    """Width and height of `512x768`. Raises BadField."""
    found = SIZE.fullmatch(size.strip())
    if found is None:
        raise BadField(field, "must read WIDTHxHEIGHT, such as 512x768")
    return int(found[1]), int(found[2])


def read_export(text: str) -> ExportSpec:
    """`portrait`, or `portrait:jpeg`. Raises BadField."""
    preset, _, form = text.strip().lower().partition(":")
    if preset not in PRESETS or form not in ("", *FORMATS):
        raise BadField("--export", f"must be one of {', '.join(PRESETS)}, with :png, :jpeg or :webp after it")
    return ExportSpec(preset=f"EXPORT_PRESET_{preset.upper()}", format=f"IMAGE_FORMAT_{FORMATS[form or 'png']}")
