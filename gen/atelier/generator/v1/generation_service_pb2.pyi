import datetime

from atelier.jobs.v1 import jobs_service_pb2 as _jobs_service_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GenerationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GENERATION_STATE_UNSPECIFIED: _ClassVar[GenerationState]
    GENERATION_STATE_RUNNING: _ClassVar[GenerationState]
    GENERATION_STATE_SUCCEEDED: _ClassVar[GenerationState]
    GENERATION_STATE_PARTIALLY_SUCCEEDED: _ClassVar[GenerationState]
    GENERATION_STATE_FAILED: _ClassVar[GenerationState]
    GENERATION_STATE_CANCELLED: _ClassVar[GenerationState]

class VariationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VARIATION_STATE_UNSPECIFIED: _ClassVar[VariationState]
    VARIATION_STATE_PENDING: _ClassVar[VariationState]
    VARIATION_STATE_SUCCEEDED: _ClassVar[VariationState]
    VARIATION_STATE_FAILED: _ClassVar[VariationState]
    VARIATION_STATE_CANCELLED: _ClassVar[VariationState]

class ImageFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMAGE_FORMAT_UNSPECIFIED: _ClassVar[ImageFormat]
    IMAGE_FORMAT_PNG: _ClassVar[ImageFormat]
    IMAGE_FORMAT_JPEG: _ClassVar[ImageFormat]
    IMAGE_FORMAT_WEBP: _ClassVar[ImageFormat]

class ExportPreset(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPORT_PRESET_UNSPECIFIED: _ClassVar[ExportPreset]
    EXPORT_PRESET_PORTRAIT: _ClassVar[ExportPreset]
    EXPORT_PRESET_SQUARE: _ClassVar[ExportPreset]
    EXPORT_PRESET_STORY: _ClassVar[ExportPreset]
    EXPORT_PRESET_LANDSCAPE: _ClassVar[ExportPreset]
GENERATION_STATE_UNSPECIFIED: GenerationState
GENERATION_STATE_RUNNING: GenerationState
GENERATION_STATE_SUCCEEDED: GenerationState
GENERATION_STATE_PARTIALLY_SUCCEEDED: GenerationState
GENERATION_STATE_FAILED: GenerationState
GENERATION_STATE_CANCELLED: GenerationState
VARIATION_STATE_UNSPECIFIED: VariationState
VARIATION_STATE_PENDING: VariationState
VARIATION_STATE_SUCCEEDED: VariationState
VARIATION_STATE_FAILED: VariationState
VARIATION_STATE_CANCELLED: VariationState
IMAGE_FORMAT_UNSPECIFIED: ImageFormat
IMAGE_FORMAT_PNG: ImageFormat
IMAGE_FORMAT_JPEG: ImageFormat
IMAGE_FORMAT_WEBP: ImageFormat
EXPORT_PRESET_UNSPECIFIED: ExportPreset
EXPORT_PRESET_PORTRAIT: ExportPreset
EXPORT_PRESET_SQUARE: ExportPreset
EXPORT_PRESET_STORY: ExportPreset
EXPORT_PRESET_LANDSCAPE: ExportPreset

class ExportSpec(_message.Message):
    __slots__ = ("preset", "format")
    PRESET_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    preset: ExportPreset
    format: ImageFormat
    def __init__(self, preset: _Optional[_Union[ExportPreset, str]] = ..., format: _Optional[_Union[ImageFormat, str]] = ...) -> None: ...

class GallerySource(_message.Message):
    __slots__ = ("pose_ids", "prompt")
    POSE_IDS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    pose_ids: _containers.RepeatedScalarFieldContainer[str]
    prompt: str
    def __init__(self, pose_ids: _Optional[_Iterable[str]] = ..., prompt: _Optional[str] = ...) -> None: ...

class TextSource(_message.Message):
    __slots__ = ("prompt",)
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    prompt: str
    def __init__(self, prompt: _Optional[str] = ...) -> None: ...

class CreateGenerationRequest(_message.Message):
    __slots__ = ("request_id", "gallery", "text", "variations", "width", "height", "style", "base_seed", "exports", "lane")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    GALLERY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    VARIATIONS_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    STYLE_FIELD_NUMBER: _ClassVar[int]
    BASE_SEED_FIELD_NUMBER: _ClassVar[int]
    EXPORTS_FIELD_NUMBER: _ClassVar[int]
    LANE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    gallery: GallerySource
    text: TextSource
    variations: int
    width: int
    height: int
    style: str
    base_seed: int
    exports: _containers.RepeatedCompositeFieldContainer[ExportSpec]
    lane: _jobs_service_pb2.Lane
    def __init__(self, request_id: _Optional[str] = ..., gallery: _Optional[_Union[GallerySource, _Mapping]] = ..., text: _Optional[_Union[TextSource, _Mapping]] = ..., variations: _Optional[int] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., style: _Optional[str] = ..., base_seed: _Optional[int] = ..., exports: _Optional[_Iterable[_Union[ExportSpec, _Mapping]]] = ..., lane: _Optional[_Union[_jobs_service_pb2.Lane, str]] = ...) -> None: ...

class CreateGenerationResponse(_message.Message):
    __slots__ = ("generation",)
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    generation: Generation
    def __init__(self, generation: _Optional[_Union[Generation, _Mapping]] = ...) -> None: ...

class Generation(_message.Message):
    __slots__ = ("generation_id", "owner", "state", "progress", "succeeded", "failed", "cancelled", "credits_reserved", "credits_charged", "request", "variations", "create_time", "end_time")
    GENERATION_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    CREDITS_RESERVED_FIELD_NUMBER: _ClassVar[int]
    CREDITS_CHARGED_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    VARIATIONS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    generation_id: str
    owner: str
    state: GenerationState
    progress: _jobs_service_pb2.Progress
    succeeded: int
    failed: int
    cancelled: int
    credits_reserved: int
    credits_charged: int
    request: CreateGenerationRequest
    variations: _containers.RepeatedCompositeFieldContainer[Variation]
    create_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, generation_id: _Optional[str] = ..., owner: _Optional[str] = ..., state: _Optional[_Union[GenerationState, str]] = ..., progress: _Optional[_Union[_jobs_service_pb2.Progress, _Mapping]] = ..., succeeded: _Optional[int] = ..., failed: _Optional[int] = ..., cancelled: _Optional[int] = ..., credits_reserved: _Optional[int] = ..., credits_charged: _Optional[int] = ..., request: _Optional[_Union[CreateGenerationRequest, _Mapping]] = ..., variations: _Optional[_Iterable[_Union[Variation, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Variation(_message.Message):
    __slots__ = ("key", "state", "pose_id", "seed", "original", "thumbnail", "exports", "backend", "seconds", "reused", "error", "job")
    KEY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    POSE_ID_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_FIELD_NUMBER: _ClassVar[int]
    THUMBNAIL_FIELD_NUMBER: _ClassVar[int]
    EXPORTS_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    REUSED_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    key: str
    state: VariationState
    pose_id: str
    seed: int
    original: Image
    thumbnail: Image
    exports: _containers.RepeatedCompositeFieldContainer[Export]
    backend: str
    seconds: float
    reused: bool
    error: _jobs_service_pb2.JobError
    job: str
    def __init__(self, key: _Optional[str] = ..., state: _Optional[_Union[VariationState, str]] = ..., pose_id: _Optional[str] = ..., seed: _Optional[int] = ..., original: _Optional[_Union[Image, _Mapping]] = ..., thumbnail: _Optional[_Union[Image, _Mapping]] = ..., exports: _Optional[_Iterable[_Union[Export, _Mapping]]] = ..., backend: _Optional[str] = ..., seconds: _Optional[float] = ..., reused: _Optional[bool] = ..., error: _Optional[_Union[_jobs_service_pb2.JobError, _Mapping]] = ..., job: _Optional[str] = ...) -> None: ...

class Image(_message.Message):
    __slots__ = ("sha256", "format", "width", "height", "bytes", "url")
    SHA256_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    sha256: str
    format: ImageFormat
    width: int
    height: int
    bytes: int
    url: str
    def __init__(self, sha256: _Optional[str] = ..., format: _Optional[_Union[ImageFormat, str]] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., bytes: _Optional[int] = ..., url: _Optional[str] = ...) -> None: ...

class Export(_message.Message):
    __slots__ = ("spec", "image", "error")
    SPEC_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    spec: ExportSpec
    image: Image
    error: _jobs_service_pb2.JobError
    def __init__(self, spec: _Optional[_Union[ExportSpec, _Mapping]] = ..., image: _Optional[_Union[Image, _Mapping]] = ..., error: _Optional[_Union[_jobs_service_pb2.JobError, _Mapping]] = ...) -> None: ...

class GetGenerationRequest(_message.Message):
    __slots__ = ("generation_id",)
    GENERATION_ID_FIELD_NUMBER: _ClassVar[int]
    generation_id: str
    def __init__(self, generation_id: _Optional[str] = ...) -> None: ...

class GetGenerationResponse(_message.Message):
    __slots__ = ("generation",)
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    generation: Generation
    def __init__(self, generation: _Optional[_Union[Generation, _Mapping]] = ...) -> None: ...

class ListGenerationsRequest(_message.Message):
    __slots__ = ("owner", "states", "page_size", "page_token")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    owner: str
    states: _containers.RepeatedScalarFieldContainer[GenerationState]
    page_size: int
    page_token: str
    def __init__(self, owner: _Optional[str] = ..., states: _Optional[_Iterable[_Union[GenerationState, str]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGenerationsResponse(_message.Message):
    __slots__ = ("generations", "next_page_token")
    GENERATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    generations: _containers.RepeatedCompositeFieldContainer[Generation]
    next_page_token: str
    def __init__(self, generations: _Optional[_Iterable[_Union[Generation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchGenerationRequest(_message.Message):
    __slots__ = ("generation_id",)
    GENERATION_ID_FIELD_NUMBER: _ClassVar[int]
    generation_id: str
    def __init__(self, generation_id: _Optional[str] = ...) -> None: ...

class WatchGenerationResponse(_message.Message):
    __slots__ = ("generation",)
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    generation: Generation
    def __init__(self, generation: _Optional[_Union[Generation, _Mapping]] = ...) -> None: ...

class CancelGenerationRequest(_message.Message):
    __slots__ = ("generation_id",)
    GENERATION_ID_FIELD_NUMBER: _ClassVar[int]
    generation_id: str
    def __init__(self, generation_id: _Optional[str] = ...) -> None: ...

class CancelGenerationResponse(_message.Message):
    __slots__ = ("generation",)
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    generation: Generation
    def __init__(self, generation: _Optional[_Union[Generation, _Mapping]] = ...) -> None: ...

class RetryGenerationRequest(_message.Message):
    __slots__ = ("generation_id",)
    GENERATION_ID_FIELD_NUMBER: _ClassVar[int]
    generation_id: str
    def __init__(self, generation_id: _Optional[str] = ...) -> None: ...

class RetryGenerationResponse(_message.Message):
    __slots__ = ("generation",)
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    generation: Generation
    def __init__(self, generation: _Optional[_Union[Generation, _Mapping]] = ...) -> None: ...

class DownloadImageRequest(_message.Message):
    __slots__ = ("generation_id", "sha256")
    GENERATION_ID_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    generation_id: str
    sha256: str
    def __init__(self, generation_id: _Optional[str] = ..., sha256: _Optional[str] = ...) -> None: ...

class DownloadImageResponse(_message.Message):
    __slots__ = ("image", "data")
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    image: Image
    data: bytes
    def __init__(self, image: _Optional[_Union[Image, _Mapping]] = ..., data: _Optional[bytes] = ...) -> None: ...
