"""JSON requests: what fits becomes the message, what doesn't is refused by its field."""

import json
from typing import Any

import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidArgument
from gateway.json import from_json, to_json

RESOLVE, IDENTIFY, GAPS = pb.ResolveCardsRequest, pb.IdentifyCardsRequest, pb.ListGapsResponse


@pytest.mark.parametrize(
    ("message_class", "body", "field", "said"),
    [
        (RESOLVE, '{"foo": 1}', "foo", "is not a field of ResolveCardsRequest, whose fields are: items, dryRun"),
        (RESOLVE, '{"items": [{}, {"nope": 1}]}', "items[1].nope", "is not a field of ExternalId"),
        (RESOLVE, '{"[some.extension]": 1}', "[some.extension]", "is not a field"),
        (RESOLVE, b'{"\xff": 1}', "?", "is not a field"),
        (RESOLVE, '{"items": 5}', "items", "must be a JSON array"),
        (RESOLVE, '{"items": [5]}', "items[0]", "must be a JSON object"),
        (RESOLVE, '{"items": [null]}', "items[0]", "must be a JSON object"),
        (RESOLVE, '{"items": [{"source": 5}]}', "items[0].source", "must be text"),
        (RESOLVE, b'{"items": [{"source": "\xe9"}]}', "items[0].source", "must be valid UTF-8"),
        (RESOLVE, '{"items": [{"source": "\\ud800"}]}', "items[0].source", "must be valid UTF-8"),
        (RESOLVE, '{"dryRun": 1}', "dry_run", "must be true or false"),
        (RESOLVE, '{"dryRun": true, "dryRun": false}', "", "an object has the key 'dryRun' twice"),
        (RESOLVE, "", "", "isn't JSON"),
        (RESOLVE, '{"items": [', "", "isn't JSON: Expecting value at line 1, column 12"),
        (RESOLVE, "[]", "", "the request must be a JSON object"),
        (RESOLVE, "null", "", "the request must be a JSON object"),
        (RESOLVE, "[" * 100_000, "", "nested too deeply"),
        (RESOLVE, f'{{"dryRun": {"1" * 5000}}}', "", "isn't JSON"),
        (IDENTIFY, '{"maxCandidates": 1.5}', "max_candidates", "must be a whole number of 32 bits"),
        (IDENTIFY, '{"maxCandidates": 4294967296}', "max_candidates", "must be a whole number of 32 bits"),
        (IDENTIFY, '{"queries": [{"embedding": {"values": [1, NaN]}}]}', "queries[0].embedding.values[1]", "must be a"),
        (IDENTIFY, '{"queries": [{"embedding": {"values": [1e60]}}]}', "queries[0].embedding.values[0]", "32 bits"),
        (IDENTIFY, '{"queries": [{"text": {}, "embedding": {}}]}', "queries[0]", "more than one field of a oneof"),
        (GAPS, '{"gaps": [{"reason": "WHY"}]}', "gaps[0].reason", "must be one of UNRESOLVED_REASON_UNSPECIFIED"),
        (
            GAPS,
            '{"gaps": [{"firstSeenTime": "then"}]}',
            "gaps[0].first_seen_time",
            "must be a google.protobuf.Timestamp",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(message_class: Any, body: Any, field: str, said: str) -> None:
    data = body if isinstance(body, bytes) else body.encode()

    with pytest.raises(InvalidArgument) as refusal:
        from_json(data, message_class)

    [violation] = refusal.value.violations
    assert violation.field == field
    assert said in violation.description


def test_names_may_be_written_as_in_json_or_as_in_the_proto() -> None:
    camel = from_json(b'{"items": [{"externalId": "a"}], "dryRun": true}', RESOLVE)
    snake = from_json(b'{"items": [{"external_id": "a"}], "dry_run": true}', RESOLVE)

    assert camel == snake == RESOLVE(items=[pb.ExternalId(external_id="a")], dry_run=True)


def test_a_quoted_nan_is_a_number_for_the_service_to_judge() -> None:
    message = from_json(b'{"queries": [{"embedding": {"values": ["NaN"]}}]}', IDENTIFY)

    assert str(message.queries[0].embedding.values[0]) == "nan"  # type: ignore[attr-defined]


def test_fields_at_their_default_are_printed_and_unset_messages_are_not() -> None:
    text = to_json(pb.ListGapsResponse(gaps=[pb.Gap(source="é")]))

    assert json.loads(text) == {
        "gaps": [{"source": "é", "externalId": "", "reason": "UNRESOLVED_REASON_UNSPECIFIED", "count": "0"}],
        "nextPageToken": "",
    }


def read_or_refused(data: bytes) -> Message | None:
    """The message; None where it was refused, which is the only other way out."""
    try:
        return from_json(data, IDENTIFY)
    except InvalidArgument:
        return None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["queries", "text", "embedding", "values", "name", "maxCandidates", "x"]), inner
        )
    ),
    max_leaves=12,
)


@given(values)
def test_any_json_is_read_or_refused(value: Any) -> None:
    data = json.dumps(value).encode()

    message = read_or_refused(data)

    assert message is None or "NaN" in data.decode() or read_or_refused(to_json(message)) == message


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refused(data)
