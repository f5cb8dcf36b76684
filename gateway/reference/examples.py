"""Example requests that keep every rule, in words that the protos' own comments give where they do ("such as `…`")."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from gateway.reference.rules import Keywords, keywords, needed_fields, rules_of
from gateway.reference.schemas import is_map, is_optional, value_field

Descriptor = Any

DEEPEST = 5
SAMPLE = re.compile("such as `([^`]+)`")
UUID = "0b9f6c5e-3b57-4f0e-9d8e-6d1f2a7c4b10"
# Whatever of these keeps a field's rules is its example; some fields have a word of their own.
WORDS = (
    "example",
    f"resolver/jobs/{UUID}",
    f"resolver/scans/{UUID}",
    "resolver/queues/scan",
    UUID,
    "https://example.org/hook",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "batting-stance",
)
TIME = "2026-12-01T12:00:00Z"
# Messages that protobuf writes in a way of its own, and one whose fields are checked one by one and not by rules.
WHOLE: dict[str, Any] = {
    "google.protobuf.Timestamp": TIME,
    "google.protobuf.Duration": "60s",
    "google.protobuf.Struct": {"name": "Ada"},
    "atelier.engager.v1.NewActivity": {
        "podId": UUID,
        "accountId": UUID,
        "post": "https://example.org/posts/1",
        "kind": "ACTIVITY_KIND_LIKE",
        "dueTime": TIME,
    },
}
KEY = "request_id"
OWN_WORDS = {KEY: UUID, "parent": "resolver", "owner": "ash"}
LONG = (FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64)


class Examples:
    """Makes an example of any message: what it needs, the first of each choice, and what a comment has a word for."""

    def __init__(self, comments: Mapping[str, str]) -> None:
        self._comments = comments

    def of(self, descriptor: Descriptor, *, depth: int = 0) -> dict[str, Any]:
        """The example, as JSON takes it."""
        needed = needed_fields(descriptor)
        shown = (field for field in descriptor.fields if self._is_shown(field, needed, depth))
        return {field.json_name: self._value(field, depth) for field in shown}

    def _is_shown(self, field: FieldDescriptor, needed: list[str], depth: int) -> bool:
        if depth and field.name == KEY:  # Within a batch it follows from the batch's.
            return False
        choice = field.containing_oneof
        if choice is not None and not is_optional(choice):
            return bool(choice.fields[0].name == field.name)
        is_content = depth > 0 and field.type == FieldDescriptor.TYPE_BYTES
        return field.json_name in needed or (depth < DEEPEST and (is_content or any(self._samples(field))))

    def _value(self, field: FieldDescriptor, depth: int) -> Any:
        found = keywords(rules_of(field), value_field(field).enum_type)
        if is_map(field):
            return {next(self._samples(field), "name"): self._one(value_field(field), {}, depth)}
        if field.is_repeated:
            count = max(1, found.get("minItems", 1))
            return [self._one(field, found.get("items", {}), depth) for _ in range(count)]
        return self._one(field, found, depth)

    def _one(self, field: FieldDescriptor, found: Keywords, depth: int) -> Any:
        if field.message_type is not None:
            known = WHOLE.get(field.message_type.full_name)
            return self.of(field.message_type, depth=depth + 1) if known is None else known
        if field.enum_type is not None:
            return field.enum_type.values[min(1, len(field.enum_type.values) - 1)].name
        if field.type == FieldDescriptor.TYPE_STRING:
            return self._word(field, found)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return base64.b64encode(b"print(1)\n").decode()
        if field.type == FieldDescriptor.TYPE_BOOL:
            return True
        number = found.get("minimum", 0) or min(1, found.get("maximum", 1))
        return str(number) if field.cpp_type in LONG else number

    def _word(self, field: FieldDescriptor, found: Keywords) -> str:
        words = (*self._samples(field), OWN_WORDS.get(field.name, WORDS[0]), *WORDS)
        return next((word for word in words if _keeps(word, found)), "")

    def _samples(self, field: FieldDescriptor) -> Iterator[str]:
        yield from SAMPLE.findall(self._comments.get(field.full_name, ""))


def _keeps(word: str, found: Keywords) -> bool:
    """Whether a word keeps the rules of a text field."""
    if found.get("format") == "uuid":
        return word == UUID
    if found.get("format") == "uri":
        return "://" in word
    fits = found.get("minLength", 0) <= len(word) <= found.get("maxLength", len(word))
    return fits and re.search(found.get("pattern", ""), word) is not None
