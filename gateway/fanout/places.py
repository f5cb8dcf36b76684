"""Where in a batch a service's error belongs: the fields it names, as whoever sent the batch finds them."""

from google.rpc import error_details_pb2, status_pb2


def place_fields(status: status_pb2.Status, item: str) -> None:
    """Make `detections[0].confidence` in the details `items[3].scan.detections[0].confidence`, by the item's path."""
    for detail in status.details:
        bad, info = error_details_pb2.BadRequest(), error_details_pb2.ErrorInfo()
        if detail.Unpack(bad):
            for violation in bad.field_violations:
                violation.field = _placed(violation.field, item)
            detail.Pack(bad)
        elif detail.Unpack(info) and "field" in info.metadata:
            info.metadata["field"] = _placed(info.metadata["field"], item)
            detail.Pack(info)


def _placed(field: str, item: str) -> str:
    """A rule on the whole request names no field."""
    return f"{item}.{field}" if field else item
