from atelier.jobs.v1 import jobs_service_pb2 as _jobs_service_pb2
from atelier.resolver.v1 import scan_service_pb2 as _scan_service_pb2
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
    __slots__ = ("collection", "scans", "running", "unended")
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    SCANS_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    UNENDED_FIELD_NUMBER: _ClassVar[int]
    collection: _scan_service_pb2.GetCollectionResponse
    scans: _containers.RepeatedCompositeFieldContainer[_scan_service_pb2.Scan]
    running: _containers.RepeatedCompositeFieldContainer[_jobs_service_pb2.Job]
    unended: _jobs_service_pb2.UnendedJobs
    def __init__(self, collection: _Optional[_Union[_scan_service_pb2.GetCollectionResponse, _Mapping]] = ..., scans: _Optional[_Iterable[_Union[_scan_service_pb2.Scan, _Mapping]]] = ..., running: _Optional[_Iterable[_Union[_jobs_service_pb2.Job, _Mapping]]] = ..., unended: _Optional[_Union[_jobs_service_pb2.UnendedJobs, _Mapping]] = ...) -> None: ...
