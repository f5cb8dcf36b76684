"""Reads files of poses as far as sending them takes: what they hold is checked where they are imported.

JSON lines go line by line, so that each bad one is named; the JSON of OpenPose and COCO goes whole.
"""

import enum
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from atelier.generator.v1.pose_service_pb2 import ImportPosesRequest

from cli.catalogue_files import LINES_SUFFIXES
from cli.errors import CliError
from cli.exits import ExitCode
from cli.fields import BadField, parse_json
from cli.records import BadRecord, Place, Record
from cli.text_files import STDIN, Advance, Line, check_readable, read_document, read_lines, silent

File = ImportPosesRequest.File
Poses = Iterator[Record[Any] | BadRecord]

LARGEST_DOCUMENT = 8 * 2**20  # bytes, as the proto has it


class PoseFormat(enum.StrEnum):
    """What a file holds, as it is typed."""

    OPENPOSE = "openpose"
    COCO = "coco"
    JSONL = "jsonl"


FORMATS = {
    PoseFormat.OPENPOSE: ImportPosesRequest.FILE_FORMAT_OPENPOSE_JSON,
    PoseFormat.COCO: ImportPosesRequest.FILE_FORMAT_COCO_JSON,
    PoseFormat.JSONL: ImportPosesRequest.FILE_FORMAT_JSON_LINES,
}
# The field that only one kind of document has.
MARKS = {"people": PoseFormat.OPENPOSE, "annotations": PoseFormat.COCO}


def open_poses(path: str, form: PoseFormat | None, id_prefix: str, advance: Advance = silent) -> Poses:
    """The poses of a file, or the file as a whole; each record is a file's part. `form` None: told by name and content.

    Raises CliError, at once, when it can't be read or its format can't be told.
    """
    check_readable(path)
    if form is PoseFormat.JSONL or (form is None and (path == STDIN or path.endswith(LINES_SUFFIXES))):
        return _read_lines(path, id_prefix, advance)
    return iter([_document(path, form, id_prefix)])


def pose_request(parts: list[Any]) -> ImportPosesRequest:
    """One message of several parts of one file, which are lines unless there is only one."""
    content = b"\n".join(part.content for part in parts)
    return ImportPosesRequest(file=File(format=parts[0].format, content=content, id_prefix=parts[0].id_prefix))


def _read_lines(path: str, id_prefix: str, advance: Advance) -> Poses:
    form = FORMATS[PoseFormat.JSONL]
    for line in read_lines(path, advance):
        if isinstance(line, Line):
            content = line.text.encode("utf-8", "surrogateescape")
            yield Record(line.place, File(format=form, content=content, id_prefix=id_prefix))
        else:
            yield line


def _document(path: str, form: PoseFormat | None, id_prefix: str) -> Record[Any]:
    if path == STDIN:
        raise CliError("Stdin is read as JSON lines; name a file in another format.", ExitCode.DATA)
    text = read_document(Path(path))
    content = text.encode("utf-8", "surrogateescape")
    if len(content) > LARGEST_DOCUMENT:
        limit = f"{LARGEST_DOCUMENT // 2**20} MB"
        raise CliError(f"{path} is larger than {limit}; give it as JSON lines (.jsonl) instead.", ExitCode.DATA)
    found = FORMATS[form or _told_by_content(path, text)]
    return Record(Place(path, 0), File(format=found, content=content, id_prefix=id_prefix))


def _told_by_content(path: str, text: str) -> PoseFormat:
    try:
        document = parse_json(text)
    except BadField as error:
        raise CliError(f"{path}: {error.what}.", ExitCode.DATA) from None
    found = next((form for mark, form in MARKS.items() if isinstance(document, dict) and mark in document), None)
    if found is None:
        raise CliError(f"The format of {path} is unknown; say it by --format.", ExitCode.DATA)
    return found
