"""What became of a prompt, as ComfyUI's history and its messages tell it.

Sources: ComfyUI's server.py and execution.py (`/history/{prompt_id}`, `execution_error`), docs.comfy.org, "Server".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.peer import plain_name


@dataclass(frozen=True, slots=True)
class PictureName:
    """A picture at the server, as `/view` wants it named."""

    filename: str
    subfolder: str
    type: str


def picture_of(entry: Mapping[str, Any], node: str) -> PictureName:
    """The picture that a node made, by the history's entry of a prompt that has ended.

    Raises `JobError`: what the prompt failed by, or UNKNOWN where it succeeded and there is no picture.
    """
    _check_success(entry)
    try:
        image = entry["outputs"][node]["images"][0]
        return PictureName(str(image["filename"]), str(image["subfolder"]), str(image["type"]))
    except (KeyError, IndexError, TypeError):
        raise JobError(ErrorClass.UNKNOWN, "ComfyUI finished the prompt without a picture.") from None


def node_failure(data: Mapping[Any, Any]) -> JobError:
    """The failure that an `execution_error` tells of: INVALID, as the same graph would fail again.

    Only where memory ran out it is UNKNOWN: that depends on what else the server holds.
    """
    kind = str(data.get("exception_type", "")).rsplit(".", 1)[-1]
    what = f"{plain_name(data.get('node_type'))} failed at ComfyUI with {plain_name(kind)}."
    lacks_memory = kind in {"OutOfMemoryError", "MemoryError"}
    return JobError(ErrorClass.UNKNOWN if lacks_memory else ErrorClass.INVALID, what)


def interruption() -> JobError:
    """Somebody stopped the prompt at the server."""
    return JobError(ErrorClass.UNKNOWN, "The prompt was interrupted at ComfyUI.")


def _check_success(entry: Mapping[str, Any]) -> None:
    told = entry.get("status") or {}
    if told.get("status_str", "success") == "success":
        return
    for message in told.get("messages", ()):
        match message:
            case ["execution_error", dict() as data]:
                raise node_failure(data)
            case ["execution_interrupted", _]:
                raise interruption()
    raise JobError(ErrorClass.UNKNOWN, "The prompt failed at ComfyUI, which doesn't say by what.")
