"""The reference as one page for people: every method with what it takes and gives, and a call to try by `curl`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from chassis.version import installed_version
from gateway.reference.curl import curl_of
from gateway.reference.examples import Examples
from gateway.reference.rules import in_words, keywords, needed_fields, needs_one, remarks, rules_of
from gateway.reference.schemas import Descriptor, is_map, is_optional, messages_within, value_field
from gateway.schema import has_no_effects

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE = "reference.html"
CODE = re.compile("`([^`]+)`")
# protobuf.dev, "ProtoJSON": what these are in JSON, where their own names don't tell.
SCALARS = {
    FieldDescriptor.TYPE_BYTES: "base64 text",
    FieldDescriptor.TYPE_INT64: "int64, as text",
    FieldDescriptor.TYPE_UINT64: "uint64, as text",
    FieldDescriptor.TYPE_BOOL: "true or false",
    FieldDescriptor.TYPE_STRING: "text",
    FieldDescriptor.TYPE_DOUBLE: "number",
    FieldDescriptor.TYPE_FLOAT: "number",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A row of a message's table. `anchor` is where its type is told, if that is here."""

    name: str
    type: str
    anchor: str
    comment: str
    rules: Sequence[str]


@dataclass(frozen=True, slots=True)
class Type:
    """A message, or an enum with its values as fields."""

    name: str
    anchor: str
    comment: str
    fields: Sequence[Field]


@dataclass(frozen=True, slots=True)
class Method:
    """A method. `traits` are what else is known of it, in a word or two each."""

    name: str
    path: str
    comment: str
    traits: Sequence[str]
    curl: str
    asked: Type
    told: Type


@dataclass(frozen=True, slots=True)
class Service:
    """A service with its methods."""

    name: str
    full_name: str
    comment: str
    methods: Sequence[Method]


class Page:
    """Makes the page. `methods` are by their paths, `comments` by full names."""

    def __init__(self, methods: Mapping[str, MethodDescriptor], comments: Mapping[str, str]) -> None:
        self._methods = methods
        self._comments = comments
        self._examples = Examples(comments)

    def html(self) -> str:
        """The page, whole."""
        environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
        environment.filters["prose"] = prose
        told = [one for method in self._methods.values() for one in (method.input_type, method.output_type)]
        ends = {one.full_name for one in told}  # These stand at their methods.
        within = sorted(messages_within(told), key=lambda one: one.full_name)
        types = [self._message(one) for one in within if one.full_name not in ends and not _is_entry(one)]
        types += [self._enum(one) for one in _enums_of(within)]
        template = environment.get_template(TEMPLATE)
        return template.render(
            services=list(self._services()),
            types=types,
            anchors={one.anchor for one in types},
            version=installed_version(),
        )

    def _services(self) -> Iterable[Service]:
        for service in {
            one.containing_service.full_name: one.containing_service for one in self._methods.values()
        }.values():
            own = [self._method(f"/{service.full_name}/{one.name}", one) for one in service.methods]
            yield Service(service.name, service.full_name, self._comments.get(service.full_name, ""), own)

    def _method(self, path: str, method: Any) -> Method:
        return Method(
            name=method.name,
            path=path,
            comment=self._comments.get(method.full_name, ""),
            traits=_traits(method),
            curl=curl_of(path, method, self._examples.of(method.input_type)),
            asked=self._message(method.input_type),
            told=self._message(method.output_type),
        )

    def _message(self, descriptor: Descriptor) -> Type:
        needed = needed_fields(descriptor)
        fields = [self._field(field, field.json_name in needed) for field in descriptor.fields]
        return Type(descriptor.name, descriptor.full_name, self._comments.get(descriptor.full_name, ""), fields)

    def _field(self, field: FieldDescriptor, is_needed: bool) -> Field:
        rules = rules_of(field)
        value = value_field(field)
        told = [*(["needed"] if is_needed else []), *_choice_words(field)]
        told += [*in_words(keywords(rules, value.enum_type)), *remarks(rules)]
        return Field(
            name=field.json_name,
            type=_type_words(field),
            anchor=getattr(value.message_type or value.enum_type, "full_name", ""),
            comment=self._comments.get(field.full_name, ""),
            rules=told,
        )

    def _enum(self, enum: Descriptor) -> Type:
        values = [
            Field(value.name, "", "", self._comments.get(f"{enum.full_name}.{value.name}", ""), ())
            for value in enum.values
        ]
        return Type(enum.name, enum.full_name, self._comments.get(enum.full_name, ""), values)


def prose(text: str) -> Markup:
    """A comment as HTML: its paragraphs, and what stands in backticks as code."""
    paragraphs = (CODE.sub(r"<code>\1</code>", str(escape(one))) for one in text.split("\n\n") if one)
    return Markup("").join(Markup(f"<p>{one}</p>") for one in paragraphs)  # noqa: S704 - escaped just above


def _traits(method: Any) -> list[str]:
    told = [
        ("takes a stream", method.client_streaming),
        ("gives a stream", method.server_streaming),
        ("changes nothing", has_no_effects(method)),
        ("GET too", has_no_effects(method) and not method.client_streaming),
    ]
    return [words for words, applies in told if applies]


def _choice_words(field: FieldDescriptor) -> list[str]:
    choice = field.containing_oneof
    if choice is None or is_optional(choice):
        return []
    names = ", ".join(f"`{one.json_name}`" for one in choice.fields)
    return [f"{'one' if needs_one(choice) else 'at most one'} of {names}"]


def _type_words(field: FieldDescriptor) -> str:
    value: Any = value_field(field)
    named = value.message_type or value.enum_type
    name = named.name if named is not None else SCALARS.get(value.type, "whole number")
    if is_map(field):
        return f"object of {name}"
    return f"list of {name}" if field.is_repeated else name


def _is_entry(descriptor: Descriptor) -> bool:
    return bool(descriptor.GetOptions().map_entry)


def _enums_of(messages: Iterable[Descriptor]) -> list[Descriptor]:
    fields = (field for message in messages for field in message.fields)
    found = {field.enum_type.full_name: field.enum_type for field in fields if field.enum_type is not None}
    return [found[name] for name in sorted(found)]
