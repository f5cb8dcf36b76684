"""The OpenAPI document: valid, complete, and true of what is taken and printed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Resource

from gateway.json import to_json
from gateway.reference.rules import rules_of
from gateway.reference.schemas import WELL_KNOWN, messages_within
from gateway.schema import load_services, methods_of, watching_names
from tests.unit.gateway.reference.conftest import Validators

ANSWERS = {method.output_type.full_name: method.output_type for method in methods_of(load_services()).values()}
VALUES = {
    FieldDescriptor.CPPTYPE_BOOL: True,
    FieldDescriptor.CPPTYPE_STRING: "é\n",
    FieldDescriptor.CPPTYPE_ENUM: 1,
}


def knowing_its_anchors(validator: Any) -> Any:
    uri = validator.schema["$id"]
    registry = validator._registry.with_resource(uri, Resource.from_contents(validator.schema)).crawl()
    return validator.evolve(registry=registry, _resolver=registry.resolver(uri))


class Validator(OpenAPIV31SpecValidator):
    """The library's, in half the time: its own looks for the anchors in OpenAPI's schema anew at each reference."""

    schema_validator = knowing_its_anchors(OpenAPIV31SpecValidator.schema_validator)


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    Validator(document).validate()


@pytest.mark.parametrize(
    "wrong",
    [
        {"info": {"title": 1}},
        {"paths": {"/x": {"get": {"responses": []}}}},
        {"components": {"schemas": {"X": {"type": "x"}}}},
    ],
)
def test_a_document_that_is_wrong_would_be_found_out(wrong: dict[str, Any]) -> None:
    sound = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}

    assert Validator(sound).is_valid()
    assert not Validator(sound | wrong).is_valid()


def test_every_method_is_told_as_it_is_called(
    document: dict[str, Any], methods: Mapping[str, MethodDescriptor]
) -> None:
    told = {path: sorted(part for part in item if part in ("get", "post")) for path, item in document["paths"].items()}

    for path, method in methods.items():
        gets = method.GetOptions().idempotency_level == 1 and not method.client_streaming
        assert told[path] == (["get", "post"] if gets else ["post"])


def test_streams_for_browsers_are_told_as_events(
    document: dict[str, Any], methods: Mapping[str, MethodDescriptor]
) -> None:
    for path in watching_names(methods):
        item = document["paths"][path]
        assert list(item["get"]["responses"]["200"]["content"]) == ["text/event-stream"]
        assert {"bearer": []} in item["get"]["security"]
        assert {"session": []} in item["get"]["security"]
        assert "application/connect+json" in item["post"]["requestBody"]["content"]


def test_nothing_but_events_takes_the_cookie(document: dict[str, Any], methods: Mapping[str, MethodDescriptor]) -> None:
    taking = [
        path
        for path, item in document["paths"].items()
        for name, operation in item.items()
        if name != "parameters" and {"session": []} in operation.get("security", [])
    ]

    assert document["security"] == [{"bearer": []}]
    assert sorted(taking) == sorted(watching_names(methods))


def test_every_service_method_message_and_field_has_its_comment(
    document: dict[str, Any], methods: Mapping[str, MethodDescriptor]
) -> None:
    schemas = document["components"]["schemas"]
    ours = {name: schema for name, schema in schemas.items() if name.startswith("atelier.")}

    silent = [name for name, schema in ours.items() if not schema.get("description")]
    silent += [
        f"{name}.{field}"
        for name, schema in ours.items()
        for field, told in schema.get("properties", {}).items()
        if not told.get("description")
    ]
    silent += [tag["name"] for tag in document["tags"] if not tag["description"]]
    silent += [path for path in methods if not document["paths"][path]["post"]["description"]]
    assert silent == []


def test_every_place_of_the_http_port_is_told(document: dict[str, Any]) -> None:
    places = {path for path in document["paths"] if not path.startswith("/atelier.")}

    assert places == {"/healthz", "/session", "/media/{name}"}


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [
        operation["operationId"]
        for item in document["paths"].values()
        for name, operation in item.items()
        if name != "parameters"
    ]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_what_is_printed_fits_its_schema(name: str, validator_of: Validators) -> None:
    validator = validator_of(name)
    empty = GetMessageClass(ANSWERS[name])()

    for message in (empty, *filled(ANSWERS[name])):
        printed = json.loads(to_json(message))
        assert [error.message for error in validator.iter_errors(printed)] == []


def test_every_printed_field_is_in_its_schema(document: dict[str, Any]) -> None:
    for descriptor in messages_within(ANSWERS.values()):
        if descriptor.GetOptions().map_entry:
            continue
        told = document["components"]["schemas"].get(descriptor.full_name) or {"properties": {}}
        for message in filled(descriptor):
            assert json.loads(to_json(message)).keys() <= told["properties"].keys()


def filled(descriptor: Any, depth: int = 0) -> Iterator[Message]:
    """Messages with every field set, as often as the oneof with the most fields needs."""
    turns = max([len(oneof.fields) for oneof in descriptor.oneofs], default=1)
    for turn in range(turns if depth < 2 else 1):
        message = GetMessageClass(descriptor)()
        for field in descriptor.fields:
            choice = field.containing_oneof
            if choice is None or choice.fields[turn % len(choice.fields)].name == field.name:
                fill(message, field, depth)
        yield message


def fill(message: Any, field: Any, depth: int) -> None:
    """Set one field."""
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        getattr(message, field.name)["key"] = "value"
    elif field.message_type is not None:
        if depth < 4:
            inner = next(known(field.message_type, depth), None)
            target = getattr(message, field.name)
            added = target.add() if field.is_repeated else target
            added.SetInParent() if inner is None else added.CopyFrom(inner)
    elif field.type == FieldDescriptor.TYPE_BYTES:
        put(message, field, b"\xff\x00")
    elif rules_of(field).string.pattern or rules_of(field).repeated.items.string.pattern:
        put(message, field, "a")
    else:
        put(message, field, VALUES.get(field.cpp_type, 1))


def known(descriptor: Any, depth: int) -> Iterator[Message]:
    """Messages of a type; those of protobuf's own as they come, which print as something else than objects."""
    return iter(()) if descriptor.full_name in WELL_KNOWN else filled(descriptor, depth + 1)


def put(message: Any, field: Any, value: Any) -> None:
    if field.is_repeated:
        getattr(message, field.name).append(value)
    else:
        setattr(message, field.name, value)
