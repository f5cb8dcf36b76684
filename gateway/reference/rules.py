"""protovalidate's rules as JSON Schema's keywords; and as words, where JSON Schema has none for them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from chassis.validation import violations

Keywords = dict[str, Any]

# Numbers that JSON writes as text, which have no bounds there.
LONG = ("int64", "uint64", "sint64", "fixed64", "sfixed64")
NUMBERS = ("int32", "uint32", "sint32", "fixed32", "sfixed32", "float", "double")
BOUNDS = {"gt": "exclusiveMinimum", "gte": "minimum", "lt": "exclusiveMaximum", "lte": "maximum"}
BOUNDS_IN_WORDS = {"gt": "more than", "gte": "at least", "lt": "less than", "lte": "at most"}
FORMATS = {
    "email": "email",
    "hostname": "hostname",
    "ipv4": "ipv4",
    "ipv6": "ipv6",
    "uri": "uri",
    "uri_ref": "uri-reference",
    "uuid": "uuid",
}
# Least, most, and of what.
SPANS = (
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " entries"),
    ("minimum", "maximum", ""),
)
EXCLUSIVE = {"exclusiveMinimum": "more than", "exclusiveMaximum": "less than"}
PARTS = {"items": "each", "propertyNames": "keys", "additionalProperties": "values"}
FORMAT_WORDS = {"uuid": "a UUID", "uri": "an address (URI)"}
# What RE2 has and ECMA 262 hasn't, or reads otherwise: flags, other anchors, quoting, named groups, classes by name.
NOT_ECMA = re.compile(r"\(\?[^:]|\\[AzQECpP]|\[\[:")


def rules_of(field: FieldDescriptor) -> Any:
    """The `buf.validate.FieldRules` of a field that are checked; those of a field that is never checked are none."""
    return validate_pb2.FieldRules() if is_unchecked(field) else _told(field, validate_pb2.field)


def is_unchecked(field: FieldDescriptor) -> bool:
    """Whether what stands in the field isn't looked at where the message is."""
    return bool(_told(field, validate_pb2.field).ignore == validate_pb2.IGNORE_ALWAYS)


def needed_fields(descriptor: Any) -> list[str]:
    """The JSON names of the fields without which a message breaks a rule."""
    broken = {one.field for one in violations(GetMessageClass(descriptor)())}
    return [field.json_name for field in descriptor.fields if field.name in broken]


def needs_one(oneof: Any) -> bool:
    """Whether one field of the oneof must be set."""
    return bool(_told(oneof, validate_pb2.oneof).required)


def keywords(rules: Any, enum: EnumDescriptor | None = None) -> Keywords:
    """The keywords for a value of one field; for a list those of its elements are `items`. `enum`: the value's type."""
    kind = rules.WhichOneof("type")
    told: Any = getattr(rules, kind) if kind else None
    match kind:
        case "string":
            return _of_text(told)
        case "bytes":
            return _of_bytes(told)
        case "enum":
            assert enum is not None  # noqa: S101 - protoc has checked that rules suit their field
            banned = [{"const": enum.values_by_number[number].name} for number in told.not_in]
            return {"not": {"anyOf": banned}} if banned else {}
        case "repeated":
            counted = _present(told, {"min_items": "minItems", "max_items": "maxItems", "unique": "uniqueItems"})
            return counted | _nested("items", keywords(told.items, enum))
        case "map":
            counted = _present(told, {"min_pairs": "minProperties", "max_pairs": "maxProperties"})
            parts = {"propertyNames": keywords(told.keys), "additionalProperties": keywords(told.values, enum)}
            return counted | {name: part for name, part in parts.items() if part}
        case _ if kind in NUMBERS:
            return _present(told, BOUNDS)
    return {}


def remarks(rules: Any) -> Iterator[str]:
    """What else the rules demand, in words."""
    for expression in rules.cel:
        yield expression.message
    kind = rules.WhichOneof("type")
    told: Any = getattr(rules, kind) if kind else None
    if kind in LONG:
        yield from (
            f"{words} {getattr(told, bound)}" for bound, words in BOUNDS_IN_WORDS.items() if told.HasField(bound)
        )
    if kind == "duration":
        bounds = ((words, getattr(told, bound)) for bound, words in BOUNDS_IN_WORDS.items() if told.HasField(bound))
        yield from (f"{words} {duration.ToJsonString()}" for words, duration in bounds)


def in_words(found: Keywords) -> Iterator[str]:
    """The keywords of one field, for a person."""
    for least, most, unit in SPANS:
        if least in found or most in found:
            yield _span(found.get(least), found.get(most)) + unit
    yield from (f"{word} {found[name]}" for name, word in EXCLUSIVE.items() if name in found)
    if "format" in found:
        yield FORMAT_WORDS.get(found["format"]) or str(found["format"])
    if "pattern" in found:
        yield f"matches `{found['pattern']}`"
    if found.get("uniqueItems"):
        yield "no two alike"
    for part, name in PARTS.items():
        if part in found:
            yield from (f"{name}: {words}" for words in in_words(found[part]))


def _span(least: Any, most: Any) -> str:
    if least is None:
        return f"at most {most:,}"
    if most is None:
        return f"at least {least:,}"
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _told(part: Any, extension: Any) -> Any:
    return part.GetOptions().Extensions[extension]


def _of_text(told: Any) -> Keywords:
    found = _present(told, {"min_len": "minLength", "max_len": "maxLength", "const": "const"})
    formats = [name for rule, name in FORMATS.items() if getattr(told, rule)]
    if formats:
        found["format"] = formats[0]
    if getattr(told, "in"):
        found["enum"] = list(getattr(told, "in"))
    if told.pattern and not NOT_ECMA.search(told.pattern):
        found["pattern"] = told.pattern
    if told.not_contains:
        found["not"] = {"pattern": _literal(told.not_contains)}
    return found


def _of_bytes(told: Any) -> Keywords:
    """Lengths in base64, padded where it is longest and unpadded where it is shortest."""
    found: Keywords = {}
    if told.HasField("min_len"):
        found["minLength"] = -(-told.min_len * 4 // 3)
    if told.HasField("max_len"):
        found["maxLength"] = -(-told.max_len // 3) * 4
    return found


def _present(told: Any, names: Mapping[str, str]) -> Keywords:
    return {keyword: getattr(told, rule) for rule, keyword in names.items() if told.HasField(rule)}


def _nested(name: str, found: Keywords) -> Keywords:
    return {name: found} if found else {}


def _literal(text: str) -> str:
    """A pattern for the text itself, without a character that JSON's readers may stumble over."""
    return "".join(re.escape(one) if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
