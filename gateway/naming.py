"""Which service a call of a shared method is for: the first word of the name in its request's first field.

So `resolver/jobs/<uuid>` and the bare `resolver` are the resolver's. What follows that word is the service's to judge.
"""

import re
from collections.abc import Collection, Mapping

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError
from google.protobuf.wrappers_pb2 import StringValue

from chassis.errors import FieldViolation, InvalidArgument
from gateway.errors import UnknownServiceName

NAME_FIELD = 1
FIRST_WORD = re.compile(r"([a-z_]{1,32})(?:/|\Z)")


class Naming:
    """Reads the names in requests. `methods` are those that the stubs describe, `services` the configured ones."""

    def __init__(self, *, methods: Mapping[str, MethodDescriptor], services: Collection[str]) -> None:
        self._fields = {name: _name_field(method) for name, method in methods.items()}
        self._services = frozenset(services)

    def service_named(self, method: str, request: bytes) -> str:
        """The configured service that a shared method's request is for. Raises InvalidArgument, UnknownServiceName."""
        field = self._fields.get(method, "name")
        found = FIRST_WORD.match(_first_text(request, field))
        if found is None:
            raise _violation(field, "must begin with the name of a service, such as resolver/jobs/… or resolver")
        service = found.group(1)
        if service not in self._services:
            raise UnknownServiceName(field, service, self._services)
        return service


def _name_field(method: MethodDescriptor) -> str:
    field = method.input_type.fields_by_number.get(NAME_FIELD)
    return field.name if field else "name"


def _first_text(request: bytes, field: str) -> str:
    """The text in the first field of any message; empty where there is none."""
    try:
        # A message of that one field skips all others, so that this reads requests which the stubs don't know, too.
        return StringValue.FromString(request).value
    except DecodeError:
        raise _violation(field, "can't be read; the request is no message, or its text isn't UTF-8") from None


def _violation(field: str, description: str) -> InvalidArgument:
    return InvalidArgument([FieldViolation(field, description, "MALFORMED")])
