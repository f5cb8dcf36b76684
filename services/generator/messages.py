"""Between generations as they stand in the tables and the proto's messages; nothing is decided here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from atelier.generator.v1 import generation_service_pb2 as pb
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb

from chassis.media import MediaSigner
from chassis.times import set_time
from jobs.messages import error_of
from services.generator.generating import GenerationView
from services.generator.making import picture_of
from services.generator.pictures import Picture
from services.generator.store import Row

STATES: Mapping[str, Any] = {name.removeprefix("GENERATION_STATE_"): n for name, n in pb.GenerationState.items()}
STATE_WORDS: Mapping[Any, str] = {number: name for name, number in STATES.items()}
VARIATION_STATES: Mapping[str, Any] = {
    name.removeprefix("VARIATION_STATE_"): number for name, number in pb.VariationState.items()
}
FORMATS: Mapping[str, Any] = {name.removeprefix("IMAGE_FORMAT_"): number for name, number in pb.ImageFormat.items()}
PRESETS: Mapping[str, Any] = {name.removeprefix("EXPORT_PRESET_"): number for name, number in pb.ExportPreset.items()}


class Messages:
    """Makes messages, whose pictures carry addresses that are signed now."""

    def __init__(self, signer: MediaSigner) -> None:
        self._signer = signer

    def generation(self, view: GenerationView) -> pb.Generation:
        """A generation with the view's variations."""
        generation = summary_message(view.row)
        exports: dict[str, list[Row]] = {}
        for row in view.exports:
            exports.setdefault(row["key"], []).append(row)
        generation.variations.extend(self._variation(row, exports.get(row["key"], ())) for row in view.variations)
        return generation

    def image(self, picture: Picture) -> pb.Image:
        """A picture with its address."""
        return pb.Image(
            sha256=picture.sha256,
            format=FORMATS[picture.format],
            width=picture.width,
            height=picture.height,
            bytes=picture.bytes,
            url=self._signer.sign(picture.name),
        )

    def _variation(self, row: Row, exports: Iterable[Row]) -> pb.Variation:
        variation = pb.Variation(
            key=row["key"],
            state=VARIATION_STATES[row["state"]],
            pose_id=row["pose_id"] or "",
            seed=row["seed"],
            backend=row["backend"] or "",
            seconds=row["seconds"] or 0.0,
            reused=row["reused"],
            job=f"generator/jobs/{row['job_id']}",
        )
        if row["sha256"] is not None:
            variation.original.CopyFrom(self.image(picture_of(row)))
            variation.thumbnail.CopyFrom(self.image(picture_of(row, "thumbnail_")))
        variation.exports.extend(map(self._export, exports))
        if row["error_class"] is not None:
            variation.error.CopyFrom(error_of(row["error_class"], row["error_message"], row["error_at"]))
        return variation

    def _export(self, row: Row) -> pb.Export:
        spec = pb.ExportSpec(preset=PRESETS[row["preset"]], format=FORMATS[row["format"]])
        export = pb.Export(spec=spec)
        if row["sha256"] is not None:
            export.image.CopyFrom(self.image(picture_of(row)))
        if row["error_class"] is not None:
            export.error.CopyFrom(error_of(row["error_class"], row["error_message"], row["error_at"]))
        return export


def summary_message(row: Row) -> pb.Generation:
    """A generation without its variations, out of a row of get_generation or list_generations."""
    ended = row["succeeded"] + row["failed"] + row["cancelled"]
    generation = pb.Generation(
        generation_id=str(row["generation_id"]),
        owner=row["owner"],
        state=STATES[row["state"]],
        progress=jobs_pb.Progress(done=ended, total=row["total"]),
        succeeded=row["succeeded"],
        failed=row["failed"],
        cancelled=row["cancelled"],
        credits_reserved=(row["total"] - ended) * row["price"],
        credits_charged=row["charged"],
        request=pb.CreateGenerationRequest.FromString(row["request"]),
    )
    set_time(generation.create_time, row["created_at"])
    if row["ended_at"] is not None:
        set_time(generation.end_time, row["ended_at"])
    return generation


def state_words(states: Sequence[Any]) -> list[str]:
    """The tables' words for states."""
    return [STATE_WORDS[state] for state in states]
