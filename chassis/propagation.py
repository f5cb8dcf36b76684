"""What calls carry on that are made while serving another: its deadline and its request id."""

from typing import Any

import grpc

from chassis.client import interceptors_of_all_kinds, with_metadata
from chassis.context import REQUEST_ID_KEY, remaining_seconds, request_id


def propagation_interceptors() -> list[grpc.aio.ClientInterceptor]:
    """Bounds every call by the deadline of the call under way, and sends its request id along."""
    return interceptors_of_all_kinds(_propagate)


def _propagate(details: Any) -> Any:
    remaining = remaining_seconds()
    if remaining is not None:
        timeout = remaining if details.timeout is None else min(remaining, details.timeout)
        details = details._replace(timeout=timeout)
    call_id = request_id.get(None)
    return with_metadata(details, {REQUEST_ID_KEY: call_id}) if call_id else details
