"""Every method of the system, from the descriptors, and who may call it, from its comment in the proto."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet, ServiceDescriptorProto
from google.protobuf.message import Message

from chassis.auth import Role
from gateway.routing import is_shared, service_of
from gateway.schema import load_services, methods_of
from tests.conftest import REPOSITORY
from tests.contract.authorisation.system import SETTINGS

NEEDED = re.compile(r"Needs role (\w+)(?: or (\w+))?\.")
# Where comments stand in a descriptor (google/protobuf/descriptor.proto, SourceCodeInfo).
SERVICES = FileDescriptorProto.SERVICE_FIELD_NUMBER
# All go one way by HTTP; these have methods of every kind.
BY_HTTP = ("generator", "gateway")
_METHODS = {method.input_type.full_name: method for method in methods_of(load_services()).values()}
METHODS = ServiceDescriptorProto.METHOD_FIELD_NUMBER


@dataclass(frozen=True)
class Target:
    """A method as one service answers it."""

    service: str
    method: MethodDescriptor
    roles: frozenset[Role]

    @property
    def path(self) -> str:
        """The method's full name."""
        return f"/{self.method.containing_service.full_name}/{self.method.name}"

    @property
    def doors(self) -> Sequence[str]:
        """The ways to it: the service itself, the gateway, and for some the gateway by HTTP."""
        return [*dict.fromkeys((self.service, "gateway")), *(["http"] if self.service in BY_HTTP else [])]

    def __str__(self) -> str:
        return f"{self.service}-{self.method.containing_service.name}-{self.method.name}"


def every_target() -> list[Target]:
    """Each method of each service, the shared ones once for each that answers them."""
    needed = _roles()
    return [
        Target(service, method, needed[path])
        for path, method in methods_of(load_services()).items()
        for service in (SETTINGS if is_shared(path) else [str(service_of(path))])
    ]


def method_of(request: Message) -> MethodDescriptor:
    """The method that takes such a request; no two take the same."""
    return _METHODS[request.DESCRIPTOR.full_name]


def _roles() -> Mapping[str, frozenset[Role]]:
    """The roles that may call each method, as the comments in the protos say; all where they say nothing."""
    content = (REPOSITORY / "gen" / "atelier.binpb").read_bytes()
    return {
        path: roles for file in FileDescriptorSet.FromString(content).file for path, roles in _roles_in(file).items()
    }


def _roles_in(file: FileDescriptorProto) -> Mapping[str, frozenset[Role]]:
    comments = {tuple(one.path): " ".join(one.leading_comments.split()) for one in file.source_code_info.location}
    return {
        f"/{file.package}.{service.name}/{method.name}": _named(comments.get((SERVICES, s, METHODS, m), ""))
        for s, service in enumerate(file.service)
        for m, method in enumerate(service.method)
    }


def _named(comment: str) -> frozenset[Role]:
    found = NEEDED.search(comment)
    return frozenset(Role(name) for name in found.groups() if name) if found else frozenset(Role)
