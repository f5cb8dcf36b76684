"""Methods find their service by name alone, and calls a channel to it."""

from contextlib import ExitStack

import pytest

from gateway import routing
from gateway.routing import Routes, is_shared, service_of
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


async def test_streams_share_channels_that_have_room_and_leave_the_one_for_calls_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routing, "STREAMS_A_CHANNEL", 2)
    routes = Routes(addresses={"resolver": "127.0.0.1:1"}, credentials=None, max_message_bytes=1024)
    await routes.start()

    with ExitStack() as open_streams:
        five = [open_streams.enter_context(routes.stream_channel("resolver")) for _ in range(5)]
    with routes.stream_channel("resolver") as later:
        pass
    for_calls = routes.channel("resolver")
    await routes.stop()

    assert five[0] is five[1] is later
    assert five[2] is five[3]
    assert len({id(one) for one in [*five, for_calls]}) == 4
