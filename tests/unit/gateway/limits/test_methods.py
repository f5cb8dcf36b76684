"""Every method is of one class, by its descriptor."""

import pytest

from gateway.limits.methods import MethodClass, kinds_of
from gateway.schema import load_services, methods_of

KINDS = kinds_of(methods_of(load_services()))


@pytest.mark.parametrize(
    ("method", "method_class"),
    [
        ("jobs.v1.JobsService/CancelJob", MethodClass.STEER),
        ("jobs.v1.JobsService/PauseQueue", MethodClass.STEER),
        ("generator.v1.GenerationService/RetryGeneration", MethodClass.STEER),
        ("generator.v1.GenerationService/CreateGeneration", MethodClass.WORK),
        ("engager.v1.EngagementService/ScheduleActivities", MethodClass.WORK),
        ("resolver.v1.ResolverService/ResolveCards", MethodClass.WORK),
        ("gateway.v1.GatewayService/SubmitBatch", MethodClass.WORK),
        ("resolver.v1.ResolverService/GetCard", MethodClass.READ),
        ("reviewer.v1.ReviewService/ExportSarif", MethodClass.READ),
        ("jobs.v1.JobsService/WatchJobs", MethodClass.WATCH),
        ("generator.v1.GenerationService/DownloadImage", MethodClass.BULK),
        ("resolver.v1.ResolverService/ImportCards", MethodClass.BULK),
    ],
)
def test_a_method_is_of_the_class_that_its_descriptor_tells(method: str, method_class: MethodClass) -> None:
    assert KINDS[f"/atelier.{method}"].method_class is method_class


def test_streams_are_told_from_unary_calls() -> None:
    assert KINDS["/atelier.jobs.v1.JobsService/WatchJobs"].streams
    assert KINDS["/atelier.resolver.v1.ResolverService/ImportCards"].streams
    assert not KINDS["/atelier.resolver.v1.ResolverService/GetCard"].streams
