"""What a failed call to a service means: what the service said, or our own words where nobody answered."""

import grpc
from google.rpc import status_pb2
from grpc.aio import AioRpcError

from chassis.errors import STATUS_DETAILS_KEY, AtelierError, DeadlineExceeded, status_of
from gateway.errors import DOMAIN, ServiceUnavailable
from gateway.metadata import trailers_of


def absence_of(service: str, error: AioRpcError) -> AtelierError | None:
    """Our own error where the service didn't answer; None where the error is its answer."""
    if trailers_of(error):
        return None
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        return ServiceUnavailable(service)
    if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlineExceeded(f"The deadline passed before the service {service} answered.")
    return None


def status_of_failure(service: str, error: AioRpcError) -> status_pb2.Status:
    """The failure as a message: the service's own status with its details, or that of our error."""
    absence = absence_of(service, error)
    if absence is not None:
        return status_of(absence, domain=DOMAIN)
    details = dict(trailers_of(error)).get(STATUS_DETAILS_KEY)
    if isinstance(details, bytes):
        return status_pb2.Status.FromString(details)
    return status_pb2.Status(code=error.code().value[0], message=error.details() or "")
