"""The protos' comments, which the loaded stubs don't have: read from the image `atelier.binpb` beside them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import atelier
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

IMAGE = "atelier.binpb"
# Numbers of fields in descriptor.proto, of which a location's path is made.
MESSAGES, ENUMS, SERVICES = 4, 5, 6
FIELDS, NESTED_MESSAGES, NESTED_ENUMS, ONEOFS = 2, 3, 4, 8
VALUES = METHODS = 2


def read_comments() -> dict[str, str]:
    """Each service's, method's, message's, field's, oneof's, enum's and value's comment by its full name.

    A value's name here is below its enum's. Lines of a paragraph are joined, and paragraphs stand apart.
    """
    folders = [Path(folder).parent for folder in atelier.__path__]
    image = next(folder / IMAGE for folder in folders if (folder / IMAGE).is_file())
    found = FileDescriptorSet.FromString(image.read_bytes())
    return {name: text for file in found.file for name, text in _comments(file)}


def _comments(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    told = {tuple(one.path): _text(one.leading_comments) for one in file.source_code_info.location}
    for name, path in _paths(file):
        if told.get(path):
            yield name, told[path]


def _paths(file: FileDescriptorProto) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every name in the file, and where it stands."""
    for index, service in enumerate(file.service):
        yield from _children(f"{file.package}.{service.name}", (SERVICES, index), {METHODS: service.method})
    for index, enum in enumerate(file.enum_type):
        yield from _children(f"{file.package}.{enum.name}", (ENUMS, index), {VALUES: enum.value})
    for index, message in enumerate(file.message_type):
        yield from _in_message(message, f"{file.package}.{message.name}", (MESSAGES, index))


def _in_message(message: Any, name: str, path: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield from _children(name, path, {FIELDS: message.field, ONEOFS: message.oneof_decl})
    for index, enum in enumerate(message.enum_type):
        yield from _children(f"{name}.{enum.name}", (*path, NESTED_ENUMS, index), {VALUES: enum.value})
    for index, nested in enumerate(message.nested_type):
        yield from _in_message(nested, f"{name}.{nested.name}", (*path, NESTED_MESSAGES, index))


def _children(name: str, path: tuple[int, ...], kinds: Mapping[int, Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The thing itself, and what it has of each kind."""
    yield name, path
    for number, parts in kinds.items():
        for index, part in enumerate(parts):
            yield f"{name}.{part.name}", (*path, number, index)


def _text(comment: str) -> str:
    paragraphs = "\n".join(line.removeprefix(" ") for line in comment.splitlines()).strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
