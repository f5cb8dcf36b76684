from atelier.jobs.v1 import jobs_service_pb2 as _jobs_service_pb2
from atelier.reviewer.v1 import quota_service_pb2 as _quota_service_pb2
from atelier.reviewer.v1 import review_service_pb2 as _review_service_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetOverviewRequest(_message.Message):
    __slots__ = ("owner", "latest")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    LATEST_FIELD_NUMBER: _ClassVar[int]
    owner: str
    latest: int
    def __init__(self, owner: _Optional[str] = ..., latest: _Optional[int] = ...) -> None: ...

class GetOverviewResponse(_message.Message):
    __slots__ = ("quota", "reviews", "running", "unended")
    QUOTA_FIELD_NUMBER: _ClassVar[int]
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    UNENDED_FIELD_NUMBER: _ClassVar[int]
    quota: _quota_service_pb2.Quota
    reviews: _containers.RepeatedCompositeFieldContainer[_review_service_pb2.Review]
    running: _containers.RepeatedCompositeFieldContainer[_jobs_service_pb2.Job]
    unended: _jobs_service_pb2.UnendedJobs
    def __init__(self, quota: _Optional[_Union[_quota_service_pb2.Quota, _Mapping]] = ..., reviews: _Optional[_Iterable[_Union[_review_service_pb2.Review, _Mapping]]] = ..., running: _Optional[_Iterable[_Union[_jobs_service_pb2.Job, _Mapping]]] = ..., unended: _Optional[_Union[_jobs_service_pb2.UnendedJobs, _Mapping]] = ...) -> None: ...
