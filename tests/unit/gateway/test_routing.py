"""Methods find their service by name alone."""

import pytest

from gateway.routing import is_shared, service_of
from gateway.schema import load_services, methods_of, names_of, unary_names


@pytest.mark.parametrize(
    ("method", "service"),
    [
        ("/atelier.resolver.v1.ResolverService/GetCard", "resolver"),
        ("/atelier.resolver.v2.Anything/AtAll", "resolver"),
        ("/atelier.two_words.v1.Service/Do", "two_words"),
        ("/grpc.health.v1.Health/Check", None),
        ("/atelier.resolver.ResolverService/GetCard", None),
        ("/other.atelier.resolver.v1.Service/Do", None),
        ("atelier.resolver.v1.ResolverService/GetCard", None),
        ("", None),
    ],
)
def test_the_second_word_of_the_package_is_the_service(method: str, service: str | None) -> None:
    assert service_of(method) == service


def test_jobs_belong_to_every_service_and_all_else_to_one() -> None:
    assert is_shared("/atelier.jobs.v1.JobsService/GetJob")
    assert not is_shared("/atelier.resolver.v1.ResolverService/GetCard")
    assert not is_shared("/grpc.health.v1.Health/Check")


def test_the_stubs_tell_every_service_and_method() -> None:
    services = load_services()
    methods = methods_of(services)

    assert "atelier.resolver.v1.ResolverService" in names_of(services, "resolver")
    assert names_of(services, "nobody") == ["atelier.jobs.v1.JobsService"]
    assert "/atelier.resolver.v1.ResolverService/ResolveCards" in unary_names(methods)
    assert "/atelier.resolver.v1.ResolverService/ImportCards" in methods
    assert "/atelier.resolver.v1.ResolverService/ImportCards" not in unary_names(methods)
