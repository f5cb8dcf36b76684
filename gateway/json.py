"""JSON to messages and back, by protobuf's JSON mapping (protobuf.dev, "ProtoJSON"), naming the field that is wrong."""

import json
from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToJson, ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from chassis.errors import FieldViolation, InvalidArgument

# Descriptors have two types, of which the stubs of protobuf name now one, now the other.
Descriptor = Any

EXPECTED = {
    FieldDescriptor.CPPTYPE_BOOL: "must be true or false",
    FieldDescriptor.CPPTYPE_INT32: "must be a whole number of 32 bits",
    FieldDescriptor.CPPTYPE_UINT32: "must be a whole number of 32 bits, not negative",
    FieldDescriptor.CPPTYPE_INT64: "must be a whole number of 64 bits",
    FieldDescriptor.CPPTYPE_UINT64: "must be a whole number of 64 bits, not negative",
    FieldDescriptor.CPPTYPE_FLOAT: 'must be a number that fits 32 bits; NaN and Infinity stand in quotes: "NaN"',
    FieldDescriptor.CPPTYPE_DOUBLE: 'must be a number; NaN and Infinity stand in quotes: "NaN"',
}


def to_json(message: Message) -> bytes:
    """Fields at their default are printed too, so that a script finds them; what has presence and is unset is not."""
    text = MessageToJson(message, indent=None, ensure_ascii=False, always_print_fields_with_no_presence=True)
    return text.encode()


def from_json(data: bytes, message_class: type[Message]) -> Message:
    """Parse a request. Raises InvalidArgument naming the first field that is unknown or has a wrong value."""
    message = message_class()
    value = _load(data)
    if _fits(value, message):
        return message
    raise InvalidArgument([next(_violations(value, message.DESCRIPTOR, ""))])


def _load(data: bytes) -> Any:
    try:
        # Bytes that aren't UTF-8 become lone surrogates, which no text field takes: so their field can be named.
        return json.loads(data.decode("utf-8", "surrogateescape"), object_pairs_hook=_object)
    except RecursionError:
        raise _malformed("the JSON is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"the body isn't JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except ValueError as error:
        raise _malformed(f"the body isn't JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"an object has the key {_printable(twice)!r} twice")
    return found


def _fits(value: Any, message: Message) -> bool:
    try:
        ParseDict(value, message)
    except Exception:  # noqa: BLE001 - whatever of a caller's JSON trips the parser, it doesn't fit
        return False
    # A list of nothing passes for a message there.
    return isinstance(value, dict) or _is_well_known(message.DESCRIPTOR)


def _violations(value: Any, descriptor: Descriptor, prefix: str) -> Iterator[FieldViolation]:
    """What is wrong with a JSON object that doesn't fit, found by trying its parts alone; yields at least once."""
    if not isinstance(value, dict):
        yield _violation(prefix.rstrip("."), "must be a JSON object" if prefix else "the request must be a JSON object")
        return
    for key, child in value.items():
        field = _field(descriptor, key)
        if field is None:
            names = ", ".join(one.json_name for one in descriptor.fields) or "none"
            message = f"is not a field of {descriptor.name}, whose fields are: {names}"
            yield FieldViolation(prefix + _printable(key), message, "UNKNOWN_FIELD")
        elif not _fits({key: child}, GetMessageClass(descriptor)()):
            yield from _in_field(child, field, prefix)
    yield _violation(prefix.rstrip("."), "sets more than one field of a oneof")


def _in_field(value: Any, field: FieldDescriptor, prefix: str) -> Iterator[FieldViolation]:
    path = f"{prefix}{field.name}"
    if not field.is_repeated:
        yield from _in_value(value, field, path)
    elif _is_map(field):
        yield _violation(path, "must be a JSON object from keys to values of the field's types")
    elif not isinstance(value, list):
        yield _violation(path, "must be a JSON array")
    else:
        parent: Descriptor = field.containing_type
        for index, element in enumerate(value):
            if not _fits({field.name: [element]}, GetMessageClass(parent)()):
                yield from _in_value(element, field, f"{path}[{index}]")


def _in_value(value: Any, field: FieldDescriptor, path: str) -> Iterator[FieldViolation]:
    if field.message_type is not None and not _is_well_known(field.message_type):
        yield from _violations(value, field.message_type, f"{path}.")
    yield _violation(path, _expected(value, field))


def _expected(value: Any, field: FieldDescriptor) -> str:
    if field.message_type is not None:
        return f"must be a {field.message_type.full_name} in its JSON form"
    if field.enum_type is not None:
        return f"must be one of {_value_names(field.enum_type)}"
    if field.type == FieldDescriptor.TYPE_BYTES:
        return "must be base64 text"
    if field.type == FieldDescriptor.TYPE_STRING:
        return "must be valid UTF-8" if isinstance(value, str) else "must be text"
    return EXPECTED[field.cpp_type]


def _value_names(enum: Any) -> str:
    return ", ".join(value.name for value in enum.values)


def _field(descriptor: Descriptor, key: str) -> FieldDescriptor | None:
    return next((field for field in descriptor.fields if key in (field.json_name, field.name)), None)


def _is_map(field: FieldDescriptor) -> bool:
    return bool(field.message_type is not None and field.message_type.GetOptions().map_entry)


def _is_well_known(descriptor: Descriptor) -> bool:
    return bool(descriptor.full_name.startswith("google.protobuf."))


def _violation(field: str, description: str) -> FieldViolation:
    return FieldViolation(field, description, "MALFORMED")


def _malformed(description: str) -> InvalidArgument:
    return InvalidArgument([_violation("", description)])


def _printable(key: str) -> str:
    """A key of the caller's that can stand in a message: without broken bytes, and short."""
    return key.encode("utf-8", "replace").decode()[:100]
