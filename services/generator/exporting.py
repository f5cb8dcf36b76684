"""Exports: further forms of an image. One that can't be made is a value with its error, and stops nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from jobs import failures
from jobs.job import ErrorClass
from jobs.outcomes import Failed
from services.generator.pictures import Encoding, Picture, PictureStore, fitted
from services.generator.store import Row

# Width and height in pixels; the proto's words.
PRESETS = {"PORTRAIT": (1080, 1350), "SQUARE": (1080, 1080), "STORY": (1080, 1920), "LANDSCAPE": (1920, 1080)}


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of an export: a picture, or why there is none."""

    position: int
    picture: Picture | None
    failed: Failed | None


class Exporting:
    """Makes exports and stores them."""

    def __init__(self, *, pictures: PictureStore, log: structlog.stdlib.BoundLogger) -> None:
        self._pictures = pictures
        self._log = log

    async def export(self, png: bytes, wanted: Row) -> Exported:
        """Make one, given as a row of list_unmade_exports."""
        try:
            picture = await self._make(png, wanted["preset"], Encoding(wanted["format"]))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the image stands
            return Exported(wanted["position"], None, self._judge(error))
        return Exported(wanted["position"], picture, None)

    async def _make(self, png: bytes, preset: str, encoding: Encoding) -> Picture:
        data = await fitted(png, PRESETS[preset], encoding)
        return await self._pictures.put(data, encoding=encoding, size=PRESETS[preset])

    def _judge(self, error: Exception) -> Failed:
        failed = failures.failure_of(error)
        if failed is not None:
            return failed
        self._log.error("export failed", exc_info=error)
        return Failed(ErrorClass.UNKNOWN, f"The picture couldn't be converted ({type(error).__name__}).")


def export_columns(exported: Sequence[Exported]) -> list[list[Any]]:
    """The columns of `store.write_exports`, in order."""
    rows = [_row(one) for one in exported]
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(7)]


def _row(one: Exported) -> tuple[Any, ...]:
    picture, failed = one.picture, one.failed
    stored = (None,) * 4 if picture is None else (picture.sha256, picture.width, picture.height, picture.bytes)
    return (one.position, *stored, *((None, None) if failed is None else (failed.error_class, failed.message)))
