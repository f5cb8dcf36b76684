"""Messages as JSON Schema (2020-12), in the form that `gateway/json.py` reads and prints them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from gateway.reference.rules import is_unchecked, keywords, needed_fields, needs_one, remarks, rules_of

Schema = dict[str, Any]
# Descriptors have two types, of which the stubs of protobuf name now one, now the other.
Descriptor = Any

WHOLE_NUMBERS: dict[int, Schema] = {
    FieldDescriptor.CPPTYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
    FieldDescriptor.CPPTYPE_INT64: {"type": "string", "format": "int64", "pattern": "^-?[0-9]+$"},
    FieldDescriptor.CPPTYPE_UINT64: {"type": "string", "format": "uint64", "pattern": "^[0-9]+$"},
}
NOT_NUMBERS = {"enum": ["NaN", "Infinity", "-Infinity"]}
FRACTION: Schema = {"anyOf": [{"type": "number"}, NOT_NUMBERS]}
# protobuf.dev, "ProtoJSON".
WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {
        "type": "string",
        "pattern": "^-?[0-9]+(\\.[0-9]{1,9})?s$",
        "description": "Seconds, such as `1.5s`.",
    },
    "google.protobuf.FieldMask": {"type": "string", "description": "Paths of fields, split by commas."},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Value": {},
    "google.protobuf.ListValue": {"type": "array"},
    "google.protobuf.Empty": {"type": "object", "maxProperties": 0},
    "google.protobuf.Any": {
        "type": "object",
        "properties": {"@type": {"type": "string"}},
        "description": "A message of the type that `@type` names, with its fields beside.",
    },
    "google.protobuf.BoolValue": {"type": "boolean"},
    "google.protobuf.BytesValue": {"type": "string", "contentEncoding": "base64"},
    "google.protobuf.DoubleValue": FRACTION,
    "google.protobuf.FloatValue": FRACTION,
    "google.protobuf.Int32Value": WHOLE_NUMBERS[FieldDescriptor.CPPTYPE_INT32],
    "google.protobuf.Int64Value": WHOLE_NUMBERS[FieldDescriptor.CPPTYPE_INT64],
    "google.protobuf.StringValue": {"type": "string"},
    "google.protobuf.UInt32Value": WHOLE_NUMBERS[FieldDescriptor.CPPTYPE_UINT32],
    "google.protobuf.UInt64Value": WHOLE_NUMBERS[FieldDescriptor.CPPTYPE_UINT64],
}
UNCHECKED = ".Unchecked"


class Schemas:
    """The schemas of messages and enums, each made when it is first referred to.

    Messages in `requests`, or within those, take no other field than their own. All others are only printed: what has
    no presence always, and more fields as services learn them. A message in a field whose rules aren't checked there
    has a schema of its own, without the rules of its fields.
    """

    def __init__(self, *, comments: Mapping[str, str], requests: Iterable[Descriptor]) -> None:
        self.made: dict[str, Schema] = {}
        self._comments = comments
        self._asked = frozenset(one.full_name for one in messages_within(requests))

    def ref(self, descriptor: Descriptor, *, checked: bool = True) -> Schema:
        """A reference to the schema of a message."""
        name = descriptor.full_name if checked else descriptor.full_name + UNCHECKED
        if name not in self.made:
            self.made[name] = {}  # It may refer to itself.
            self.made[name] |= self._message(descriptor, checked=checked)
        return {"$ref": f"#/components/schemas/{name}"}

    def _message(self, descriptor: Descriptor, *, checked: bool) -> Schema:
        fields = descriptor.fields
        schema: Schema = {"type": "object", "properties": {one.json_name: self._field(one, checked) for one in fields}}
        schema |= _described(self._comments.get(descriptor.full_name, ""))
        required = self._required(descriptor, checked=checked)
        if required:
            schema["required"] = required
        if descriptor.full_name in self._asked:
            schema["additionalProperties"] = False
        choices = [
            _choice(oneof, checked and needs_one(oneof)) for oneof in descriptor.oneofs if not is_optional(oneof)
        ]
        return schema | ({"allOf": choices} if choices else {})

    def _required(self, descriptor: Descriptor, *, checked: bool) -> list[str]:
        if descriptor.full_name in self._asked:
            return needed_fields(descriptor) if checked else []
        return [field.json_name for field in descriptor.fields if not field.has_presence]

    def _field(self, field: FieldDescriptor, checked: bool) -> Schema:
        rules = rules_of(field) if checked else type(rules_of(field))()
        value: Any = value_field(field)
        found = keywords(rules, value.enum_type)
        text = [self._comments.get(field.full_name, ""), *(f"Rule: {remark}." for remark in remarks(rules))]
        return self._typed(field, found) | _described("\n\n".join(part for part in text if part))

    def _typed(self, field: FieldDescriptor, found: Schema) -> Schema:
        if is_map(field):
            values = self._value(value_field(field)) | found.pop("additionalProperties", {})
            return {"type": "object", "additionalProperties": values} | found
        if field.is_repeated:
            return {"type": "array", "items": self._value(field) | found.pop("items", {})} | found
        value = self._value(field)
        if value == FRACTION and {"minimum", "maximum"} <= found.keys():
            value = {"type": "number"}  # What is no number is out of any bounds.
        return value | found

    def _value(self, field: FieldDescriptor) -> Schema:
        """The schema of one value of a field, whatever its rules."""
        if field.message_type is not None:
            known = WELL_KNOWN.get(field.message_type.full_name)
            return dict(known) if known is not None else self.ref(field.message_type, checked=not is_unchecked(field))
        if field.enum_type is not None:
            return self._enum_ref(field.enum_type)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return {"type": "string", "contentEncoding": "base64"}
        if field.type == FieldDescriptor.TYPE_STRING:
            return {"type": "string"}
        if field.type == FieldDescriptor.TYPE_BOOL:
            return {"type": "boolean"}
        return dict(WHOLE_NUMBERS.get(field.cpp_type, FRACTION))

    def _enum_ref(self, enum: Descriptor) -> Schema:
        if enum.full_name not in self.made:
            names = [value.name for value in enum.values]
            told = [f"- `{name}`: {self._comments.get(f'{enum.full_name}.{name}', '')}" for name in names]
            text = "\n".join([self._comments.get(enum.full_name, ""), "", *told])
            self.made[enum.full_name] = {"type": "string", "enum": names, "description": text}
        return {"$ref": f"#/components/schemas/{enum.full_name}"}


def messages_within(descriptors: Iterable[Descriptor]) -> Collection[Descriptor]:
    """The messages, and all that stand in them at any depth, but for protobuf's own; each once."""
    found: dict[str, Descriptor] = {}
    waiting = list(descriptors)
    while waiting:
        one = waiting.pop()
        if one.full_name not in found and one.full_name not in WELL_KNOWN:
            found[one.full_name] = one
            waiting += [field.message_type for field in one.fields if field.message_type is not None]
    return found.values()


def _choice(oneof: Any, is_needed: bool) -> Schema:
    """At most one of a oneof's fields; exactly one where that is needed."""
    each: list[Schema] = [{"required": [field.json_name]} for field in oneof.fields]
    return {"oneOf": each if is_needed else [*each, {"not": {"anyOf": each}}]}


def is_optional(oneof: Any) -> bool:
    """Whether it is what the compiler makes of a single field that is called `optional`."""
    return bool(oneof.name.startswith("_") and len(oneof.fields) == 1)


def is_map(field: FieldDescriptor) -> bool:
    """Whether the field is a map, which descriptors write as a list of entries."""
    return bool(field.message_type is not None and field.message_type.GetOptions().map_entry)


def value_field(field: FieldDescriptor) -> FieldDescriptor:
    """The field itself, or of a map the one of its values."""
    entry: Descriptor = field.message_type
    value: FieldDescriptor = entry.fields_by_name["value"] if is_map(field) else field
    return value


def _described(text: str) -> Schema:
    return {"description": text} if text else {}
