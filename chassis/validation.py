"""Turns bytes into checked messages: decoding and protovalidate, both with the path of the field that is wrong."""

from collections.abc import Iterator
from typing import Any

import protovalidate
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from chassis.errors import FieldViolation, InvalidArgument

_validator = protovalidate.Validator()
NUL = "\0"  # What our protos keep out of text, because PostgreSQL's can't hold it.
DEPTH_LIMIT = 100  # As protobuf's own parsers.


def decode(data: bytes, message_class: type[Message]) -> Message:
    """Parse a request. Raises InvalidArgument naming the first field whose text isn't UTF-8."""
    try:
        return message_class.FromString(data)
    except DecodeError:
        field = next(_broken_text(memoryview(data), message_class.DESCRIPTOR, "", 0), "")
        what = "must be valid UTF-8" if field else "the request can't be read as its message; check the stub's version"
        raise InvalidArgument([FieldViolation(field, what, "MALFORMED")]) from None


def violations(message: Message) -> list[FieldViolation]:
    """Every rule of the proto that `message` breaks; a field's path may be empty for a rule on the whole."""
    return [
        FieldViolation(_path(found.proto.field), _sentence(found)) for found in _validator.collect_violations(message)
    ]


def validate(message: Message) -> None:
    """Raises InvalidArgument naming every broken rule."""
    found = violations(message)
    if found:
        raise InvalidArgument(found)


def _sentence(found: Any) -> str:
    """What is wrong, for a person."""
    if found.proto.rule_id == "string.min_len" and found.rule_value == 1:
        return "must not be empty"
    if found.rule_value == NUL:
        return "must not contain the character U+0000"
    return found.proto.message or f"breaks the rule {found.proto.rule_id}"


def _path(path: Any) -> str:
    """`a.b[2].c` from protovalidate's path elements; a map's key stands in brackets. Empty for the whole message."""
    text = ""
    for element in path.elements if path is not None else ():
        text += f".{element.field_name}" if text else element.field_name
        if element.subscript is not None:
            text += f"[{element.subscript.value!r}]"
    return text


def _broken_text(data: memoryview, descriptor: Any, prefix: str, depth: int) -> Iterator[str]:
    """Paths of string fields whose bytes aren't UTF-8, by the wire format (protobuf.dev, "Encoding")."""
    seen: dict[int, int] = {}
    try:
        for number, value in _length_delimited(data):
            field = descriptor.fields_by_number.get(number)
            if field is None or depth > DEPTH_LIMIT:
                continue
            index = seen[number] = seen.get(number, -1) + 1
            path = f"{prefix}{field.name}[{index}]" if field.is_repeated else f"{prefix}{field.name}"
            if field.type == FieldDescriptor.TYPE_MESSAGE:
                yield from _broken_text(value, field.message_type, f"{path}.", depth + 1)
            elif field.type == FieldDescriptor.TYPE_STRING and not _is_text(value):
                yield path
    except IndexError:
        return  # Cut off; there is no field to name.


def _length_delimited(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Field number and bytes of each length-delimited field. Raises IndexError where the data ends too early."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        match tag & 7:
            case 0:
                _, position = _varint(data, position)
            case 1:
                position += 8
            case 5:
                position += 4
            case 2:
                size, position = _varint(data, position)
                if position + size > len(data):
                    raise IndexError(position)
                yield tag >> 3, data[position : position + size]
                position += size
            case _:
                raise IndexError(position)


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # The continuation bit is off.
            break
    return value, position


def _is_text(value: memoryview) -> bool:
    try:
        str(value, "utf-8")
    except UnicodeDecodeError:
        return False
    return True
