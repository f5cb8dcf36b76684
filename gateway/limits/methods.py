"""Which class a method is of, by what its descriptor says, so that a new method needs nothing here."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions

from gateway.routing import service_of

# AIP-136's verbs for work that was accepted already. What they do is little, and may end the trouble.
STEERING_VERBS = ("Cancel", "Pause", "Resume", "Retry")


class MethodClass(enum.StrEnum):
    """What methods have in common for limits, the most important first: what the gateway sheds last."""

    STEER = "steer"
    WORK = "work"
    READ = "read"
    WATCH = "watch"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Kind:
    """What limits know of a method: its class, its service, and whether it streams in some direction, or in both."""

    method_class: MethodClass
    service: str
    streams: bool
    talks: bool = False


# A method that the stubs don't describe is forwarded as a stream, and may do anything.
UNKNOWN = Kind(MethodClass.WORK, "unknown", streams=True, talks=True)


def kinds_of(methods: Mapping[str, MethodDescriptor]) -> dict[str, Kind]:
    """The kind of each method, by full name."""
    return {
        name: Kind(
            class_of(method),
            service_of(name) or UNKNOWN.service,
            streams=method.client_streaming or method.server_streaming,
            talks=method.client_streaming and method.server_streaming,
        )
        for name, method in methods.items()
    }


def steering_names(methods: Mapping[str, MethodDescriptor]) -> list[str]:
    """The full names of those that nobody is turned away from."""
    return [name for name, method in methods.items() if class_of(method) is MethodClass.STEER]


def class_of(method: MethodDescriptor) -> MethodClass:
    """The class of a method: the first whose rule fits it."""
    if method.client_streaming or (method.server_streaming and _has_bytes(method.output_type)):
        return MethodClass.BULK
    if method.server_streaming:
        return MethodClass.WATCH
    if method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS:
        return MethodClass.READ
    if method.name.startswith(STEERING_VERBS):
        return MethodClass.STEER
    return MethodClass.WORK


def _has_bytes(message: Descriptor) -> bool:
    return any(field.type == FieldDescriptor.TYPE_BYTES for field in message.fields)
