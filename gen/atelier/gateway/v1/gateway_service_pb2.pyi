import datetime

from atelier.engager.v1 import engagement_service_pb2 as _engagement_service_pb2
from atelier.generator.v1 import card_art_service_pb2 as _card_art_service_pb2
from atelier.generator.v1 import credit_service_pb2 as _credit_service_pb2
from atelier.generator.v1 import generation_service_pb2 as _generation_service_pb2
from atelier.jobs.v1 import jobs_service_pb2 as _jobs_service_pb2
from atelier.resolver.v1 import scan_service_pb2 as _scan_service_pb2
from atelier.reviewer.v1 import quota_service_pb2 as _quota_service_pb2
from atelier.reviewer.v1 import review_service_pb2 as _review_service_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WorkState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WORK_STATE_UNSPECIFIED: _ClassVar[WorkState]
    WORK_STATE_RUNNING: _ClassVar[WorkState]
    WORK_STATE_SUCCEEDED: _ClassVar[WorkState]
    WORK_STATE_PARTIALLY_SUCCEEDED: _ClassVar[WorkState]
    WORK_STATE_FAILED: _ClassVar[WorkState]
    WORK_STATE_CANCELLED: _ClassVar[WorkState]
    WORK_STATE_NOT_FOUND: _ClassVar[WorkState]
WORK_STATE_UNSPECIFIED: WorkState
WORK_STATE_RUNNING: WorkState
WORK_STATE_SUCCEEDED: WorkState
WORK_STATE_PARTIALLY_SUCCEEDED: WorkState
WORK_STATE_FAILED: WorkState
WORK_STATE_CANCELLED: WorkState
WORK_STATE_NOT_FOUND: WorkState

class BatchItem(_message.Message):
    __slots__ = ("scan", "generation", "card", "review", "activities")
    SCAN_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    CARD_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    scan: _scan_service_pb2.CreateScanRequest
    generation: _generation_service_pb2.CreateGenerationRequest
    card: _card_art_service_pb2.RenderCardRequest
    review: _review_service_pb2.CreateReviewRequest
    activities: _engagement_service_pb2.ScheduleActivitiesRequest
    def __init__(self, scan: _Optional[_Union[_scan_service_pb2.CreateScanRequest, _Mapping]] = ..., generation: _Optional[_Union[_generation_service_pb2.CreateGenerationRequest, _Mapping]] = ..., card: _Optional[_Union[_card_art_service_pb2.RenderCardRequest, _Mapping]] = ..., review: _Optional[_Union[_review_service_pb2.CreateReviewRequest, _Mapping]] = ..., activities: _Optional[_Union[_engagement_service_pb2.ScheduleActivitiesRequest, _Mapping]] = ...) -> None: ...

class SubmitBatchRequest(_message.Message):
    __slots__ = ("request_id", "items")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    items: _containers.RepeatedCompositeFieldContainer[BatchItem]
    def __init__(self, request_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[BatchItem, _Mapping]]] = ...) -> None: ...

class AcceptedWork(_message.Message):
    __slots__ = ("names", "jobs", "scan", "generation", "card", "review", "activities")
    NAMES_FIELD_NUMBER: _ClassVar[int]
    JOBS_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    CARD_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    jobs: _containers.RepeatedScalarFieldContainer[str]
    scan: _scan_service_pb2.Scan
    generation: _generation_service_pb2.Generation
    card: _card_art_service_pb2.CardImage
    review: _review_service_pb2.Review
    activities: _engagement_service_pb2.ScheduleActivitiesResponse
    def __init__(self, names: _Optional[_Iterable[str]] = ..., jobs: _Optional[_Iterable[str]] = ..., scan: _Optional[_Union[_scan_service_pb2.Scan, _Mapping]] = ..., generation: _Optional[_Union[_generation_service_pb2.Generation, _Mapping]] = ..., card: _Optional[_Union[_card_art_service_pb2.CardImage, _Mapping]] = ..., review: _Optional[_Union[_review_service_pb2.Review, _Mapping]] = ..., activities: _Optional[_Union[_engagement_service_pb2.ScheduleActivitiesResponse, _Mapping]] = ...) -> None: ...

class BatchResult(_message.Message):
    __slots__ = ("accepted", "error")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    accepted: AcceptedWork
    error: _status_pb2.Status
    def __init__(self, accepted: _Optional[_Union[AcceptedWork, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class SubmitBatchResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchResult, _Mapping]]] = ...) -> None: ...

class WatchedWork(_message.Message):
    __slots__ = ("name", "state", "progress", "problem", "scan", "generation", "review", "activity")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: WorkState
    progress: _jobs_service_pb2.Progress
    problem: _status_pb2.Status
    scan: _scan_service_pb2.Scan
    generation: _generation_service_pb2.Generation
    review: _review_service_pb2.Review
    activity: _engagement_service_pb2.Activity
    def __init__(self, name: _Optional[str] = ..., state: _Optional[_Union[WorkState, str]] = ..., progress: _Optional[_Union[_jobs_service_pb2.Progress, _Mapping]] = ..., problem: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., scan: _Optional[_Union[_scan_service_pb2.Scan, _Mapping]] = ..., generation: _Optional[_Union[_generation_service_pb2.Generation, _Mapping]] = ..., review: _Optional[_Union[_review_service_pb2.Review, _Mapping]] = ..., activity: _Optional[_Union[_engagement_service_pb2.Activity, _Mapping]] = ...) -> None: ...

class WatchBatchRequest(_message.Message):
    __slots__ = ("names",)
    NAMES_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, names: _Optional[_Iterable[str]] = ...) -> None: ...

class WatchBatchResponse(_message.Message):
    __slots__ = ("work", "progress")
    WORK_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    work: _containers.RepeatedCompositeFieldContainer[WatchedWork]
    progress: _jobs_service_pb2.Progress
    def __init__(self, work: _Optional[_Iterable[_Union[WatchedWork, _Mapping]]] = ..., progress: _Optional[_Union[_jobs_service_pb2.Progress, _Mapping]] = ...) -> None: ...

class GetOverviewRequest(_message.Message):
    __slots__ = ("latest",)
    LATEST_FIELD_NUMBER: _ClassVar[int]
    latest: int
    def __init__(self, latest: _Optional[int] = ...) -> None: ...

class OverviewPart(_message.Message):
    __slots__ = ("name", "status", "latency")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_FIELD_NUMBER: _ClassVar[int]
    name: str
    status: _status_pb2.Status
    latency: _duration_pb2.Duration
    def __init__(self, name: _Optional[str] = ..., status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., latency: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class GetOverviewResponse(_message.Message):
    __slots__ = ("owner", "parts", "collection", "credits", "quota", "running", "scans", "generations", "reviews", "activities", "unended")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    CREDITS_FIELD_NUMBER: _ClassVar[int]
    QUOTA_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    SCANS_FIELD_NUMBER: _ClassVar[int]
    GENERATIONS_FIELD_NUMBER: _ClassVar[int]
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    UNENDED_FIELD_NUMBER: _ClassVar[int]
    owner: str
    parts: _containers.RepeatedCompositeFieldContainer[OverviewPart]
    collection: _scan_service_pb2.GetCollectionResponse
    credits: _credit_service_pb2.CreditBalance
    quota: _quota_service_pb2.Quota
    running: _containers.RepeatedCompositeFieldContainer[_jobs_service_pb2.Job]
    scans: _containers.RepeatedCompositeFieldContainer[_scan_service_pb2.Scan]
    generations: _containers.RepeatedCompositeFieldContainer[_generation_service_pb2.Generation]
    reviews: _containers.RepeatedCompositeFieldContainer[_review_service_pb2.Review]
    activities: _containers.RepeatedCompositeFieldContainer[_engagement_service_pb2.Activity]
    unended: _jobs_service_pb2.UnendedJobs
    def __init__(self, owner: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[OverviewPart, _Mapping]]] = ..., collection: _Optional[_Union[_scan_service_pb2.GetCollectionResponse, _Mapping]] = ..., credits: _Optional[_Union[_credit_service_pb2.CreditBalance, _Mapping]] = ..., quota: _Optional[_Union[_quota_service_pb2.Quota, _Mapping]] = ..., running: _Optional[_Iterable[_Union[_jobs_service_pb2.Job, _Mapping]]] = ..., scans: _Optional[_Iterable[_Union[_scan_service_pb2.Scan, _Mapping]]] = ..., generations: _Optional[_Iterable[_Union[_generation_service_pb2.Generation, _Mapping]]] = ..., reviews: _Optional[_Iterable[_Union[_review_service_pb2.Review, _Mapping]]] = ..., activities: _Optional[_Iterable[_Union[_engagement_service_pb2.Activity, _Mapping]]] = ..., unended: _Optional[_Union[_jobs_service_pb2.UnendedJobs, _Mapping]] = ...) -> None: ...

class GetSystemRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PartHealth(_message.Message):
    __slots__ = ("name", "serving")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SERVING_FIELD_NUMBER: _ClassVar[int]
    name: str
    serving: bool
    def __init__(self, name: _Optional[str] = ..., serving: _Optional[bool] = ...) -> None: ...

class SystemService(_message.Message):
    __slots__ = ("name", "version", "health", "queues", "status", "latency")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    QUEUES_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    health: _containers.RepeatedCompositeFieldContainer[PartHealth]
    queues: _containers.RepeatedCompositeFieldContainer[_jobs_service_pb2.Queue]
    status: _status_pb2.Status
    latency: _duration_pb2.Duration
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., health: _Optional[_Iterable[_Union[PartHealth, _Mapping]]] = ..., queues: _Optional[_Iterable[_Union[_jobs_service_pb2.Queue, _Mapping]]] = ..., status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., latency: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class GatewayLoad(_message.Message):
    __slots__ = ("calls", "calls_per_second", "shed_per_second", "limited_per_second", "lag", "limits_shared")
    CALLS_FIELD_NUMBER: _ClassVar[int]
    CALLS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    SHED_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    LIMITED_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    LAG_FIELD_NUMBER: _ClassVar[int]
    LIMITS_SHARED_FIELD_NUMBER: _ClassVar[int]
    calls: int
    calls_per_second: float
    shed_per_second: float
    limited_per_second: float
    lag: _duration_pb2.Duration
    limits_shared: bool
    def __init__(self, calls: _Optional[int] = ..., calls_per_second: _Optional[float] = ..., shed_per_second: _Optional[float] = ..., limited_per_second: _Optional[float] = ..., lag: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., limits_shared: _Optional[bool] = ...) -> None: ...

class GetSystemResponse(_message.Message):
    __slots__ = ("services", "load")
    SERVICES_FIELD_NUMBER: _ClassVar[int]
    LOAD_FIELD_NUMBER: _ClassVar[int]
    services: _containers.RepeatedCompositeFieldContainer[SystemService]
    load: GatewayLoad
    def __init__(self, services: _Optional[_Iterable[_Union[SystemService, _Mapping]]] = ..., load: _Optional[_Union[GatewayLoad, _Mapping]] = ...) -> None: ...
