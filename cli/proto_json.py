"""Messages in protobuf's JSON as people write it."""

from collections.abc import Mapping
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message

from cli.fields import BadField

MessageT = TypeVar("MessageT", bound=Message)


def read_message(value: Mapping[str, Any], message: MessageT, field: str) -> MessageT:
    """The message, filled. Values of enums may stand without their enum's name: `low` for LANE_LOW.

    Raises BadField, of `field`.
    """
    try:
        return ParseDict(_spelled_out(value, message.DESCRIPTOR), message)
    except (ParseError, ValueError, TypeError) as error:
        what = str(error).partition("\n")[0]
        raise BadField(field, f"is no {message.DESCRIPTOR.name} in protobuf's JSON: {what}") from None


def _spelled_out(value: Any, kind: Any) -> Any:
    """The same with the full names of enums' values. What doesn't fit the message stays, for the parser to tell of."""
    if not isinstance(value, Mapping):
        return value
    fields = {**kind.fields_by_name, **kind.fields_by_camelcase_name}
    return {name: _field(one, fields[name]) if name in fields else one for name, one in value.items()}


def _field(value: Any, field: FieldDescriptor) -> Any:
    if isinstance(value, list):
        return [_field(one, field) for one in value]
    if field.message_type is not None:
        return _spelled_out(value, field.message_type)
    return _word(value, field.enum_type) if field.enum_type is not None else value


def _word(value: Any, enum: Any) -> Any:
    if not isinstance(value, str) or value in enum.values_by_name:
        return value
    full = enum.values_by_number[0].name.removesuffix("UNSPECIFIED") + value.upper()
    return full if full in enum.values_by_name else value
