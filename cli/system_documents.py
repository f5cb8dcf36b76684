"""The system's services and what passes the gateway: as plain values, and as rows of tables."""

from typing import Any

from atelier.gateway.v1.gateway_service_pb2 import GatewayLoad, GetSystemResponse, SystemService

from cli.errors import explain_status
from cli.job_documents import queue_document
from cli.work_documents import status_document

SERVICE_COLUMNS = ("service", "version", "ms", "waiting", "running", "per s", "stuck")
LOAD_COLUMNS = ("calls", "per s", "shed per s", "limited per s", "lag ms", "limits shared")


def service_document(service: SystemService) -> dict[str, Any]:
    """A service as it answered; its version is None and it has no queues where it didn't."""
    return {
        "name": service.name,
        "version": service.version or None,
        "error": status_document(service.status) if service.status.code else None,
        "seconds": service.latency.ToTimedelta().total_seconds(),
        "queues": [queue_document(queue) for queue in service.queues],
    }


def load_document(load: GatewayLoad) -> dict[str, Any]:
    """What passes the gateway process that answered."""
    return {
        "calls": load.calls,
        "calls_per_second": load.calls_per_second,
        "shed_per_second": load.shed_per_second,
        "limited_per_second": load.limited_per_second,
        "lag_seconds": load.lag.ToTimedelta().total_seconds(),
        "limits_shared": load.limits_shared,
    }


def service_row(found: dict[str, Any]) -> list[object]:
    """A service's document for the table, under `SERVICE_COLUMNS`; its queues together, where it has any."""
    queues = found["queues"]
    waiting, running, throughput = (sum(one[name] for one in queues) for name in ("waiting", "running", "throughput"))
    of_queues = [waiting, running, f"{throughput:.1f}", any(one["stuck"] for one in queues)] if queues else [None] * 4
    return [found["name"], found["version"], f"{1000 * found['seconds']:.1f}", *of_queues]


def load_row(found: dict[str, Any]) -> list[object]:
    """A load's document for the table, under `LOAD_COLUMNS`."""
    rates = [f"{found[name]:.1f}" for name in ("calls_per_second", "shed_per_second", "limited_per_second")]
    return [found["calls"], *rates, f"{1000 * found['lag_seconds']:.1f}", found["limits_shared"]]


def unanswered(found: GetSystemResponse, *, address: str) -> list[str]:
    """A sentence for each service that didn't answer, with why."""
    return [
        f"{service.name} doesn't tell how it is: {explain_status(service.status, address=address).sentence}"
        for service in found.services
        if service.status.code
    ]
