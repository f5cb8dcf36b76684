import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SkeletonFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SKELETON_FORMAT_UNSPECIFIED: _ClassVar[SkeletonFormat]
    SKELETON_FORMAT_COCO_17: _ClassVar[SkeletonFormat]
    SKELETON_FORMAT_OPENPOSE_18: _ClassVar[SkeletonFormat]
SKELETON_FORMAT_UNSPECIFIED: SkeletonFormat
SKELETON_FORMAT_COCO_17: SkeletonFormat
SKELETON_FORMAT_OPENPOSE_18: SkeletonFormat

class Joint(_message.Message):
    __slots__ = ("x", "y", "visibility")
    class Visibility(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VISIBILITY_UNSPECIFIED: _ClassVar[Joint.Visibility]
        VISIBILITY_OCCLUDED: _ClassVar[Joint.Visibility]
        VISIBILITY_VISIBLE: _ClassVar[Joint.Visibility]
    VISIBILITY_UNSPECIFIED: Joint.Visibility
    VISIBILITY_OCCLUDED: Joint.Visibility
    VISIBILITY_VISIBLE: Joint.Visibility
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    VISIBILITY_FIELD_NUMBER: _ClassVar[int]
    x: float
    y: float
    visibility: Joint.Visibility
    def __init__(self, x: _Optional[float] = ..., y: _Optional[float] = ..., visibility: _Optional[_Union[Joint.Visibility, str]] = ...) -> None: ...

class Skeleton(_message.Message):
    __slots__ = ("format", "joints")
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    JOINTS_FIELD_NUMBER: _ClassVar[int]
    format: SkeletonFormat
    joints: _containers.RepeatedCompositeFieldContainer[Joint]
    def __init__(self, format: _Optional[_Union[SkeletonFormat, str]] = ..., joints: _Optional[_Iterable[_Union[Joint, _Mapping]]] = ...) -> None: ...

class Pose(_message.Message):
    __slots__ = ("pose_id", "name", "tags", "skeleton", "built_in", "owner", "thumbnail", "create_time")
    POSE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    SKELETON_FIELD_NUMBER: _ClassVar[int]
    BUILT_IN_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    THUMBNAIL_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    pose_id: str
    name: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    skeleton: Skeleton
    built_in: bool
    owner: str
    thumbnail: bytes
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, pose_id: _Optional[str] = ..., name: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., skeleton: _Optional[_Union[Skeleton, _Mapping]] = ..., built_in: _Optional[bool] = ..., owner: _Optional[str] = ..., thumbnail: _Optional[bytes] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PoseRecord(_message.Message):
    __slots__ = ("pose_id", "name", "tags", "skeleton")
    POSE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    SKELETON_FIELD_NUMBER: _ClassVar[int]
    pose_id: str
    name: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    skeleton: Skeleton
    def __init__(self, pose_id: _Optional[str] = ..., name: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., skeleton: _Optional[_Union[Skeleton, _Mapping]] = ...) -> None: ...

class ImportPosesRequest(_message.Message):
    __slots__ = ("records", "file")
    class FileFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FILE_FORMAT_UNSPECIFIED: _ClassVar[ImportPosesRequest.FileFormat]
        FILE_FORMAT_OPENPOSE_JSON: _ClassVar[ImportPosesRequest.FileFormat]
        FILE_FORMAT_COCO_JSON: _ClassVar[ImportPosesRequest.FileFormat]
        FILE_FORMAT_JSON_LINES: _ClassVar[ImportPosesRequest.FileFormat]
    FILE_FORMAT_UNSPECIFIED: ImportPosesRequest.FileFormat
    FILE_FORMAT_OPENPOSE_JSON: ImportPosesRequest.FileFormat
    FILE_FORMAT_COCO_JSON: ImportPosesRequest.FileFormat
    FILE_FORMAT_JSON_LINES: ImportPosesRequest.FileFormat
    class File(_message.Message):
        __slots__ = ("format", "content", "id_prefix")
        FORMAT_FIELD_NUMBER: _ClassVar[int]
        CONTENT_FIELD_NUMBER: _ClassVar[int]
        ID_PREFIX_FIELD_NUMBER: _ClassVar[int]
        format: ImportPosesRequest.FileFormat
        content: bytes
        id_prefix: str
        def __init__(self, format: _Optional[_Union[ImportPosesRequest.FileFormat, str]] = ..., content: _Optional[bytes] = ..., id_prefix: _Optional[str] = ...) -> None: ...
    class Records(_message.Message):
        __slots__ = ("records",)
        RECORDS_FIELD_NUMBER: _ClassVar[int]
        records: _containers.RepeatedCompositeFieldContainer[PoseRecord]
        def __init__(self, records: _Optional[_Iterable[_Union[PoseRecord, _Mapping]]] = ...) -> None: ...
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    records: ImportPosesRequest.Records
    file: ImportPosesRequest.File
    def __init__(self, records: _Optional[_Union[ImportPosesRequest.Records, _Mapping]] = ..., file: _Optional[_Union[ImportPosesRequest.File, _Mapping]] = ...) -> None: ...

class ImportPosesResponse(_message.Message):
    __slots__ = ("received", "inserted", "updated", "unchanged", "rejected", "rejections")
    RECEIVED_FIELD_NUMBER: _ClassVar[int]
    INSERTED_FIELD_NUMBER: _ClassVar[int]
    UPDATED_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    REJECTIONS_FIELD_NUMBER: _ClassVar[int]
    received: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    rejections: _containers.RepeatedCompositeFieldContainer[RejectedPose]
    def __init__(self, received: _Optional[int] = ..., inserted: _Optional[int] = ..., updated: _Optional[int] = ..., unchanged: _Optional[int] = ..., rejected: _Optional[int] = ..., rejections: _Optional[_Iterable[_Union[RejectedPose, _Mapping]]] = ...) -> None: ...

class RejectedPose(_message.Message):
    __slots__ = ("position", "field", "reason", "message")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    position: int
    field: str
    reason: str
    message: str
    def __init__(self, position: _Optional[int] = ..., field: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ListPosesRequest(_message.Message):
    __slots__ = ("tags", "full", "page_size", "page_token")
    TAGS_FIELD_NUMBER: _ClassVar[int]
    FULL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tags: _containers.RepeatedScalarFieldContainer[str]
    full: bool
    page_size: int
    page_token: str
    def __init__(self, tags: _Optional[_Iterable[str]] = ..., full: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPosesResponse(_message.Message):
    __slots__ = ("poses", "next_page_token")
    POSES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    poses: _containers.RepeatedCompositeFieldContainer[Pose]
    next_page_token: str
    def __init__(self, poses: _Optional[_Iterable[_Union[Pose, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetPoseRequest(_message.Message):
    __slots__ = ("pose_id",)
    POSE_ID_FIELD_NUMBER: _ClassVar[int]
    pose_id: str
    def __init__(self, pose_id: _Optional[str] = ...) -> None: ...

class GetPoseResponse(_message.Message):
    __slots__ = ("pose",)
    POSE_FIELD_NUMBER: _ClassVar[int]
    pose: Pose
    def __init__(self, pose: _Optional[_Union[Pose, _Mapping]] = ...) -> None: ...
