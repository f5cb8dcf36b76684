"""What the gateway itself has to say; every other error is a service's, and passes unchanged."""

from collections.abc import Collection

import grpc

from chassis.errors import AtelierError, NotFound, Unavailable

DOMAIN = "gateway.atelier"


class UnknownService(AtelierError):
    """The method belongs to no service that this gateway knows."""

    code = grpc.StatusCode.UNIMPLEMENTED
    reason = "UNKNOWN_SERVICE"

    def __init__(self, method: str, configured: Collection[str]) -> None:
        names = ", ".join(sorted(configured)) or "none"
        super().__init__(f"No service here has {method}; this gateway forwards to: {names}.")


class UnknownServiceName(NotFound):
    """A request names what belongs to no service that this gateway knows."""

    reason = "UNKNOWN_SERVICE"

    def __init__(self, field: str, service: str, configured: Collection[str]) -> None:
        names = ", ".join(sorted(configured)) or "none"
        message = f"{field}: there is no service {service!r} here; this gateway forwards to: {names}."
        super().__init__(message, metadata={"field": field, "service": service})


class UnreadableRequest(AtelierError):
    """A request over HTTP ended before its end, or isn't written as its protocol demands."""

    reason = "UNREADABLE_REQUEST"

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class ServiceUnavailable(Unavailable):
    """The service doesn't answer: it is not running, is starting, or was lost during the call."""

    def __init__(self, service: str) -> None:
        message = f"The service {service} doesn't answer; send the same call again shortly."
        super().__init__(message, reason="SERVICE_UNAVAILABLE", retry_seconds=1.0)
        self.metadata = {"service": service}


class Leaving(Unavailable):
    """This process ends; another, or the same one started again, goes on."""

    def __init__(self) -> None:
        super().__init__("This gateway is about to end; watch again.", reason="LEAVING", retry_seconds=0.5)
