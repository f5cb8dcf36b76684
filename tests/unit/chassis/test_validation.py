"""From bytes to checked messages."""

from typing import Any

import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from buf.validate import validate_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.errors import InvalidArgument
from chassis.validation import decode, validate

MESSAGES = [
    pb.ResolveCardsRequest,
    pb.IdentifyCardsRequest,
    pb.ImportCardsRequest,
    error_details_pb2.ErrorInfo,
    struct_pb2.Struct,
]


def named(data: bytes, kind: type[Message]) -> list[str]:
    """The fields that decoding complains of."""
    with pytest.raises(InvalidArgument) as caught:
        decode(data, kind)
    return [violation.field for violation in caught.value.violations]


def decoded_or_refused(data: bytes, kind: type[Message]) -> Message | InvalidArgument:
    """The message, or why there is none; whatever else is raised fails the test."""
    try:
        return decode(data, kind)
    except InvalidArgument as error:
        return error


def broken(message: Message) -> bytes:
    """The message's bytes with the text `SENTINEL` made into something that isn't UTF-8."""
    return message.SerializeToString().replace(b"SENTINEL", b"SENT\xff\xfeEL")


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (pb.GetCardRequest(catalog_id="SENTINEL"), "catalog_id"),
        (pb.ResolveCardsRequest(items=[{"source": "a"}, {"source": "SENTINEL"}]), "items[1].source"),
        (pb.IdentifyCardsRequest(queries=[{"text": {"name": "SENTINEL"}}]), "queries[0].text.name"),
        (
            pb.ImportCardsRequest(records=[{"details": {"types": ["Fire", "Water", "SENTINEL"]}}]),
            "records[0].details.types[2]",
        ),
        (error_details_pb2.ErrorInfo(metadata={"key": "SENTINEL"}), "metadata[0].value"),
        (error_details_pb2.ErrorInfo(metadata={"SENTINEL": "value"}), "metadata[0].key"),
    ],
)
def test_broken_utf8_is_named_wherever_it_stands(message: Message, field: str) -> None:
    assert named(broken(message), type(message)) == [field]


def test_bytes_cut_off_in_the_middle_have_no_field_to_name() -> None:
    data = pb.ResolveCardsRequest(items=[{"source": "a", "external_id": "b"}]).SerializeToString()

    assert named(data[:-1], pb.ResolveCardsRequest) == [""]


@settings(database=None, deadline=None, max_examples=300)
@given(st.sampled_from(MESSAGES), st.binary(max_size=200))
def test_random_bytes_are_decoded_or_refused_and_nothing_else(kind: type[Message], data: bytes) -> None:
    decoded = decoded_or_refused(data, kind)

    assert isinstance(decoded, kind) or len(decoded.violations) == 1  # type: ignore[union-attr]


@settings(database=None, deadline=None, max_examples=300)
@given(st.integers(0, 60), st.binary(max_size=4))
def test_damaged_messages_are_decoded_or_refused_and_nothing_else(position: int, damage: bytes) -> None:
    good = pb.ImportCardsRequest(
        records=[{"catalog_id": "base1-4", "details": {"name": "Glurak", "types": ["Fire"], "number": "4"}}]
    ).SerializeToString()
    data = good[:position] + damage + good[position + len(damage) :]

    decoded = decoded_or_refused(data, pb.ImportCardsRequest)

    assert isinstance(decoded, pb.ImportCardsRequest) or len(decoded.violations) == 1  # type: ignore[union-attr]


def test_a_message_nested_too_deep_is_refused() -> None:
    value = struct_pb2.Value(string_value="x").SerializeToString()
    for _ in range(200):
        listed = b"\x0a" + _length(value) + value  # ListValue.values
        value = b"\x32" + _length(listed) + listed  # Value.list_value

    assert named(value, struct_pb2.Value) == [""]


def test_an_empty_request_is_a_message_too() -> None:
    assert decode(b"", pb.GetCoverageRequest) == pb.GetCoverageRequest()


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (pb.ResolveCardsRequest(), ["items"]),
        (
            pb.ResolveCardsRequest(items=[{"source": "", "external_id": "x"}, {"source": "s", "external_id": ""}]),
            ["items[0].source", "items[1].external_id"],
        ),
        (pb.GetCardRequest(), ["id"]),
    ],
)
def test_every_broken_rule_is_named_by_its_path(message: Message, fields: list[str]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        validate(message)

    assert [violation.field for violation in caught.value.violations] == fields
    assert all(violation.description for violation in caught.value.violations)


def test_a_rule_on_a_maps_value_is_named_by_its_key() -> None:
    message = _labelled()(labels={"fine": "x", "odd": ""})

    with pytest.raises(InvalidArgument) as caught:
        validate(message)

    assert [violation.field for violation in caught.value.violations] == ["labels['odd']"]


def test_a_message_that_keeps_its_rules_passes() -> None:
    validate(pb.ResolveCardsRequest(items=[{"source": "s", "external_id": "x"}]))


def test_the_character_zero_is_told_in_words() -> None:
    with pytest.raises(InvalidArgument) as caught:
        validate(pb.ResolveCardsRequest(items=[{"source": "a\0b", "external_id": "x"}]))

    assert caught.value.message == "items[0].source: must not contain the character U+0000"


def _length(data: bytes) -> bytes:
    size, encoded = len(data), b""
    while size > 0x7F:
        encoded += bytes([size & 0x7F | 0x80])
        size >>= 7
    return encoded + bytes([size])


def _labelled() -> Any:
    """A message with `map<string, string> labels` whose values must not be empty; our requests have no map yet."""
    file = descriptor_pb2.FileDescriptorProto(
        name="atelier_test/labelled.proto",
        package="atelier_test",
        syntax="proto3",
        dependency=["buf/validate/validate.proto"],
    )
    message = file.message_type.add(name="Labelled")
    entry = message.nested_type.add(name="LabelsEntry", options={"map_entry": True})
    kinds = descriptor_pb2.FieldDescriptorProto
    for number, name in ((1, "key"), (2, "value")):
        entry.field.add(name=name, number=number, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    labels = message.field.add(
        name="labels",
        number=1,
        type=kinds.TYPE_MESSAGE,
        label=kinds.LABEL_REPEATED,
        type_name=".atelier_test.Labelled.LabelsEntry",
    )
    rules: Any = labels.options.Extensions
    rules[validate_pb2.field].map.values.string.min_len = 1
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("atelier_test.Labelled"))
