"""The files of a review as they lie here: read to be sent, and read again to show where a finding is."""

import hashlib
import os
from collections.abc import Iterable, Iterator

from atelier.reviewer.v1.review_service_pb2 import LineRange, SourceFile

from cli.records import BadRecord, Place, Record
from cli.review_files import LocalFile

MAX_FILE_BYTES = 2**20  # as the proto has it
MAX_RANGES = 1_000


class LocalSources:
    """Remembers what was sent by its hash alone, so that a repository takes no more memory than its names."""

    def __init__(self) -> None:
        self._sent: dict[str, tuple[LocalFile, bytes]] = {}

    def read(self, files: Iterable[LocalFile]) -> Iterator[Record[SourceFile] | BadRecord]:
        """The files as they are sent; one that can't be sent as a bad record."""
        for file in files:
            place = Place(file.path, 0)
            try:
                file.path.encode()
                content = _content(file)
            except UnicodeEncodeError:
                yield BadRecord(place, "", "can't be sent, as its name isn't UTF-8")
                continue
            except OSError as error:
                yield BadRecord(place, "", f"can't be read ({error.strerror})")
                continue
            if len(content) > MAX_FILE_BYTES:
                yield BadRecord(place, "", f"has more than {MAX_FILE_BYTES // 2**20} MiB, the most that can be sent")
                continue
            self._sent[file.path] = file, hashlib.sha256(content).digest()
            yield Record(place, SourceFile(path=file.path, content=content, changed=_ranges(file)))

    def lines(self, path: str) -> list[str]:
        """The lines of a file that was sent; none where it isn't known or has changed since."""
        if path not in self._sent:
            return []
        file, digest = self._sent[path]
        try:
            content = _content(file)
        except OSError:
            return []
        return _lines(content) if hashlib.sha256(content).digest() == digest else []


def _content(file: LocalFile) -> bytes:
    """All of it, or enough to see that it is too much. Raises OSError."""
    if file.content is not None:
        return file.content
    # A link that has come to stand there since could lead anywhere.
    flags = os.O_RDONLY | (0 if file.named else os.O_NOFOLLOW)
    with open(os.open(file.place, flags), "rb") as opened:
        return opened.read(MAX_FILE_BYTES + 1)


def _ranges(file: LocalFile) -> list[LineRange]:
    ranges = list(file.changed)
    if len(ranges) > MAX_RANGES:
        ranges = [(ranges[0][0], ranges[-1][1])]
    return [LineRange(start_line=first, end_line=last) for first, last in ranges]


def _lines(content: bytes) -> list[str]:
    """As the reviewer counts them."""
    text = content.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
