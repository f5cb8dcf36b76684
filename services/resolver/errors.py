"""What can be wrong with a request to the resolver that its proto's rules can't say."""

from chassis.errors import AlreadyExists, FailedPrecondition, FieldViolation, InvalidArgument, NotFound, Unavailable

DOMAIN = "resolver.atelier"


class CardNotFound(NotFound):
    """No card has the id."""

    reason = "CARD_NOT_FOUND"

    def __init__(self, field: str, value: str) -> None:
        super().__init__(f"There is no card with {field} {value!r}.", metadata={field: value})


class BadEmbedding(InvalidArgument):
    """An embedding whose length isn't the deployment's, or that points nowhere."""

    def __init__(self, field: str, description: str) -> None:
        super().__init__([FieldViolation(field, description, "BAD_EMBEDDING")])


class Contended(Unavailable):
    """Others kept writing the very ids of this call; nothing is lost, and the same call will find their result."""

    def __init__(self) -> None:
        super().__init__(
            "Other callers are writing the same ids; send the same call again.", reason="CONTENDED", retry_seconds=0.1
        )


class ScanNotFound(NotFound):
    """There is no such scan, or it is another owner's."""

    reason = "SCAN_NOT_FOUND"

    def __init__(self, scan_id: str) -> None:
        super().__init__(f"There is no scan {scan_id!r}.", metadata={"scan_id": scan_id})


class DetectionNotFound(NotFound):
    """The scan has no such detection."""

    reason = "DETECTION_NOT_FOUND"

    def __init__(self, detection_id: str) -> None:
        super().__init__(f"The scan has no detection {detection_id!r}.", metadata={"detection_id": detection_id})


class ScanExists(AlreadyExists):
    """The owner has sent another scan under the same request id."""

    reason = "REQUEST_ID_USED"

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"The request_id {request_id!r} was used for a scan with other content; choose another one.",
            metadata={"field": "request_id", "request_id": request_id},
        )


class ScanNotEnded(FailedPrecondition):
    """The scan is still worked on."""

    reason = "SCAN_NOT_ENDED"

    def __init__(self, scan_id: str) -> None:
        super().__init__("The scan hasn't ended; watch it and try again.", metadata={"scan_id": scan_id})


class ScanWithoutResult(FailedPrecondition):
    """The scan failed or was cancelled, so that nothing of it is in the collection."""

    reason = "SCAN_WITHOUT_RESULT"

    def __init__(self, scan_id: str, state: str) -> None:
        super().__init__(
            f"The scan ended {state} and nothing of it counts; retry its job first.",
            metadata={"scan_id": scan_id, "state": state},
        )
