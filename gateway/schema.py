"""What the stubs describe: every gRPC service and method of the system, found by looking, named nowhere by hand."""

import importlib
import pkgutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import atelier
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions

from gateway.routing import is_shared, service_of


def load_services() -> list[ServiceDescriptor]:
    """Every gRPC service that the installed stubs `atelier.*.v1` describe, ordered by name."""
    found = {service.full_name: service for file in _files() for service in file.services_by_name.values()}
    return [found[name] for name in sorted(found)]


def methods_of(services: Collection[ServiceDescriptor]) -> dict[str, MethodDescriptor]:
    """Every method by its full name, such as `/atelier.resolver.v1.ResolverService/GetCard`."""
    return {f"/{service.full_name}/{method.name}": method for service in services for method in service.methods}


def unary_names(methods: Mapping[str, MethodDescriptor]) -> list[str]:
    """The full names of the methods with one request and one response."""
    return [name for name, method in methods.items() if not (method.client_streaming or method.server_streaming)]


def has_no_effects(method: MethodDescriptor) -> bool:
    """Whether the contract says that a call of it changes nothing."""
    return bool(method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS)


def telling_names(methods: Mapping[str, MethodDescriptor]) -> list[str]:
    """The full names of the methods that stream answers to one request."""
    return [name for name, method in methods.items() if method.server_streaming and not method.client_streaming]


def watching_names(methods: Mapping[str, MethodDescriptor]) -> list[str]:
    """The full names of those of them that change nothing."""
    return [name for name in telling_names(methods) if has_no_effects(methods[name])]


def names_of(services: Collection[ServiceDescriptor], owner: str) -> list[str]:
    """The full names of the gRPC services that the service `owner`, such as `resolver`, answers: its own and shared."""
    paths = {service.full_name: f"/{service.full_name}/" for service in services}
    return [name for name, path in paths.items() if service_of(path) == owner or is_shared(path)]


def _files() -> Iterator[FileDescriptor]:
    for module in sorted(_stub_modules()):
        path = importlib.import_module(module).DESCRIPTOR.name
        yield descriptor_pool.Default().FindFileByName(path)


def _stub_modules() -> Iterator[str]:
    """The stubs' folders are namespaces without `__init__.py`, which `pkgutil.walk_packages` doesn't enter."""
    for root in map(Path, atelier.__path__):
        for folder in (path for path in root.glob("*/v*") if path.is_dir()):
            package = ".".join((atelier.__name__, *folder.relative_to(root).parts))
            for module in pkgutil.iter_modules([str(folder)], f"{package}."):
                if module.name.endswith("_pb2"):
                    yield module.name
