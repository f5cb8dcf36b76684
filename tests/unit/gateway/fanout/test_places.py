"""Fields that a service names are found in the batch by the paths that the caller is told."""

from google.rpc import error_details_pb2, status_pb2

from chassis.errors import FieldViolation, InvalidArgument, NotFound, Unavailable, status_of
from gateway.fanout.places import place_fields


def placed(status: status_pb2.Status) -> status_pb2.Status:
    place_fields(status, "items[3].scan")
    return status


def test_every_field_of_a_violation_begins_with_its_item() -> None:
    error = InvalidArgument([FieldViolation("detections[0].external", "is wrong", "ODD"), FieldViolation("lane", "no")])

    status = placed(status_of(error, domain="resolver.atelier"))

    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    assert status.details[0].Unpack(info)
    assert status.details[1].Unpack(bad)
    assert [one.field for one in bad.field_violations] == [
        "items[3].scan.detections[0].external",
        "items[3].scan.lane",
    ]
    assert (bad.field_violations[0].description, bad.field_violations[0].reason) == ("is wrong", "ODD")
    assert (info.reason, info.domain) == ("INVALID_REQUEST", "resolver.atelier")
    assert info.metadata["field"] == "items[3].scan.detections[0].external"


def test_a_rule_on_the_whole_request_is_the_items() -> None:
    status = placed(status_of(InvalidArgument([FieldViolation("", "is empty")]), domain="resolver.atelier"))

    bad = error_details_pb2.BadRequest()
    assert status.details[1].Unpack(bad)
    assert bad.field_violations[0].field == "items[3].scan"


def test_what_names_no_field_stays_as_it_is() -> None:
    for error in (NotFound("none", metadata={"scan_id": "7"}), Unavailable("away")):
        before = status_of(error, domain="resolver.atelier")

        assert placed(status_of(error, domain="resolver.atelier")) == before
