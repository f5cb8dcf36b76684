import datetime

from atelier.jobs.v1 import jobs_service_pb2 as _jobs_service_pb2
from atelier.resolver.v1 import card_pb2 as _card_pb2
from atelier.resolver.v1 import resolver_service_pb2 as _resolver_service_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ScanState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCAN_STATE_UNSPECIFIED: _ClassVar[ScanState]
    SCAN_STATE_PENDING: _ClassVar[ScanState]
    SCAN_STATE_SUCCEEDED: _ClassVar[ScanState]
    SCAN_STATE_FAILED: _ClassVar[ScanState]
    SCAN_STATE_CANCELLED: _ClassVar[ScanState]

class DetectionTier(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DETECTION_TIER_UNSPECIFIED: _ClassVar[DetectionTier]
    DETECTION_TIER_KEY: _ClassVar[DetectionTier]
    DETECTION_TIER_CATALOG: _ClassVar[DetectionTier]
    DETECTION_TIER_EMBEDDING: _ClassVar[DetectionTier]
    DETECTION_TIER_TEXT: _ClassVar[DetectionTier]
    DETECTION_TIER_PICTURE: _ClassVar[DetectionTier]
    DETECTION_TIER_CONFIRMED: _ClassVar[DetectionTier]

class DetectionReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DETECTION_REASON_UNSPECIFIED: _ClassVar[DetectionReason]
    DETECTION_REASON_NOT_IN_CATALOG: _ClassVar[DetectionReason]
    DETECTION_REASON_EMBEDDING_INCOMPLETE: _ClassVar[DetectionReason]
    DETECTION_REASON_AMBIGUOUS: _ClassVar[DetectionReason]
    DETECTION_REASON_WEAK: _ClassVar[DetectionReason]
    DETECTION_REASON_CONFLICT: _ClassVar[DetectionReason]
    DETECTION_REASON_NO_CANDIDATE: _ClassVar[DetectionReason]
    DETECTION_REASON_NO_EVIDENCE: _ClassVar[DetectionReason]
    DETECTION_REASON_INVALID_EVIDENCE: _ClassVar[DetectionReason]
SCAN_STATE_UNSPECIFIED: ScanState
SCAN_STATE_PENDING: ScanState
SCAN_STATE_SUCCEEDED: ScanState
SCAN_STATE_FAILED: ScanState
SCAN_STATE_CANCELLED: ScanState
DETECTION_TIER_UNSPECIFIED: DetectionTier
DETECTION_TIER_KEY: DetectionTier
DETECTION_TIER_CATALOG: DetectionTier
DETECTION_TIER_EMBEDDING: DetectionTier
DETECTION_TIER_TEXT: DetectionTier
DETECTION_TIER_PICTURE: DetectionTier
DETECTION_TIER_CONFIRMED: DetectionTier
DETECTION_REASON_UNSPECIFIED: DetectionReason
DETECTION_REASON_NOT_IN_CATALOG: DetectionReason
DETECTION_REASON_EMBEDDING_INCOMPLETE: DetectionReason
DETECTION_REASON_AMBIGUOUS: DetectionReason
DETECTION_REASON_WEAK: DetectionReason
DETECTION_REASON_CONFLICT: DetectionReason
DETECTION_REASON_NO_CANDIDATE: DetectionReason
DETECTION_REASON_NO_EVIDENCE: DetectionReason
DETECTION_REASON_INVALID_EVIDENCE: DetectionReason

class Detection(_message.Message):
    __slots__ = ("detection_id", "external", "text", "embedding", "confidence", "estimated_value", "attributes")
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    DETECTION_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_VALUE_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    detection_id: str
    external: _resolver_service_pb2.ExternalId
    text: _resolver_service_pb2.ScannedText
    embedding: _resolver_service_pb2.Embedding
    confidence: float
    estimated_value: _money_pb2.Money
    attributes: _containers.ScalarMap[str, str]
    def __init__(self, detection_id: _Optional[str] = ..., external: _Optional[_Union[_resolver_service_pb2.ExternalId, _Mapping]] = ..., text: _Optional[_Union[_resolver_service_pb2.ScannedText, _Mapping]] = ..., embedding: _Optional[_Union[_resolver_service_pb2.Embedding, _Mapping]] = ..., confidence: _Optional[float] = ..., estimated_value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., attributes: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Scan(_message.Message):
    __slots__ = ("scan_id", "owner", "state", "progress", "result", "error", "job", "create_time", "end_time")
    SCAN_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    scan_id: str
    owner: str
    state: ScanState
    progress: _jobs_service_pb2.Progress
    result: ScanResult
    error: _jobs_service_pb2.JobError
    job: str
    create_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, scan_id: _Optional[str] = ..., owner: _Optional[str] = ..., state: _Optional[_Union[ScanState, str]] = ..., progress: _Optional[_Union[_jobs_service_pb2.Progress, _Mapping]] = ..., result: _Optional[_Union[ScanResult, _Mapping]] = ..., error: _Optional[_Union[_jobs_service_pb2.JobError, _Mapping]] = ..., job: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ScanResult(_message.Message):
    __slots__ = ("total_detections", "resolved", "auto_created", "user_cards_created", "user_cards_updated", "unresolved", "needs_review")
    TOTAL_DETECTIONS_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_FIELD_NUMBER: _ClassVar[int]
    AUTO_CREATED_FIELD_NUMBER: _ClassVar[int]
    USER_CARDS_CREATED_FIELD_NUMBER: _ClassVar[int]
    USER_CARDS_UPDATED_FIELD_NUMBER: _ClassVar[int]
    UNRESOLVED_FIELD_NUMBER: _ClassVar[int]
    NEEDS_REVIEW_FIELD_NUMBER: _ClassVar[int]
    total_detections: int
    resolved: int
    auto_created: int
    user_cards_created: int
    user_cards_updated: int
    unresolved: _containers.RepeatedCompositeFieldContainer[UnresolvedCount]
    needs_review: int
    def __init__(self, total_detections: _Optional[int] = ..., resolved: _Optional[int] = ..., auto_created: _Optional[int] = ..., user_cards_created: _Optional[int] = ..., user_cards_updated: _Optional[int] = ..., unresolved: _Optional[_Iterable[_Union[UnresolvedCount, _Mapping]]] = ..., needs_review: _Optional[int] = ...) -> None: ...

class UnresolvedCount(_message.Message):
    __slots__ = ("reason", "count")
    REASON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    reason: DetectionReason
    count: int
    def __init__(self, reason: _Optional[_Union[DetectionReason, str]] = ..., count: _Optional[int] = ...) -> None: ...

class ScannedDetection(_message.Message):
    __slots__ = ("detection", "tier", "card_id", "catalog_id", "name", "reason", "message", "candidates", "confirm_time")
    DETECTION_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    CATALOG_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    CONFIRM_TIME_FIELD_NUMBER: _ClassVar[int]
    detection: Detection
    tier: DetectionTier
    card_id: str
    catalog_id: str
    name: str
    reason: DetectionReason
    message: str
    candidates: _containers.RepeatedCompositeFieldContainer[_resolver_service_pb2.Candidate]
    confirm_time: _timestamp_pb2.Timestamp
    def __init__(self, detection: _Optional[_Union[Detection, _Mapping]] = ..., tier: _Optional[_Union[DetectionTier, str]] = ..., card_id: _Optional[str] = ..., catalog_id: _Optional[str] = ..., name: _Optional[str] = ..., reason: _Optional[_Union[DetectionReason, str]] = ..., message: _Optional[str] = ..., candidates: _Optional[_Iterable[_Union[_resolver_service_pb2.Candidate, _Mapping]]] = ..., confirm_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateScanRequest(_message.Message):
    __slots__ = ("request_id", "detections", "lane")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DETECTIONS_FIELD_NUMBER: _ClassVar[int]
    LANE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    detections: _containers.RepeatedCompositeFieldContainer[Detection]
    lane: _jobs_service_pb2.Lane
    def __init__(self, request_id: _Optional[str] = ..., detections: _Optional[_Iterable[_Union[Detection, _Mapping]]] = ..., lane: _Optional[_Union[_jobs_service_pb2.Lane, str]] = ...) -> None: ...

class CreateScanResponse(_message.Message):
    __slots__ = ("scan",)
    SCAN_FIELD_NUMBER: _ClassVar[int]
    scan: Scan
    def __init__(self, scan: _Optional[_Union[Scan, _Mapping]] = ...) -> None: ...

class GetScanRequest(_message.Message):
    __slots__ = ("scan_id", "page_size", "page_token", "only_needs_review")
    SCAN_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ONLY_NEEDS_REVIEW_FIELD_NUMBER: _ClassVar[int]
    scan_id: str
    page_size: int
    page_token: str
    only_needs_review: bool
    def __init__(self, scan_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., only_needs_review: _Optional[bool] = ...) -> None: ...

class GetScanResponse(_message.Message):
    __slots__ = ("scan", "detections", "next_page_token")
    SCAN_FIELD_NUMBER: _ClassVar[int]
    DETECTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scan: Scan
    detections: _containers.RepeatedCompositeFieldContainer[ScannedDetection]
    next_page_token: str
    def __init__(self, scan: _Optional[_Union[Scan, _Mapping]] = ..., detections: _Optional[_Iterable[_Union[ScannedDetection, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListScansRequest(_message.Message):
    __slots__ = ("owner", "page_size", "page_token")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    owner: str
    page_size: int
    page_token: str
    def __init__(self, owner: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListScansResponse(_message.Message):
    __slots__ = ("scans", "next_page_token")
    SCANS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scans: _containers.RepeatedCompositeFieldContainer[Scan]
    next_page_token: str
    def __init__(self, scans: _Optional[_Iterable[_Union[Scan, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchScanRequest(_message.Message):
    __slots__ = ("scan_id",)
    SCAN_ID_FIELD_NUMBER: _ClassVar[int]
    scan_id: str
    def __init__(self, scan_id: _Optional[str] = ...) -> None: ...

class WatchScanResponse(_message.Message):
    __slots__ = ("scan",)
    SCAN_FIELD_NUMBER: _ClassVar[int]
    scan: Scan
    def __init__(self, scan: _Optional[_Union[Scan, _Mapping]] = ...) -> None: ...

class ConfirmDetectionRequest(_message.Message):
    __slots__ = ("scan_id", "detection_id", "card_id", "catalog_id")
    SCAN_ID_FIELD_NUMBER: _ClassVar[int]
    DETECTION_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    CATALOG_ID_FIELD_NUMBER: _ClassVar[int]
    scan_id: str
    detection_id: str
    card_id: str
    catalog_id: str
    def __init__(self, scan_id: _Optional[str] = ..., detection_id: _Optional[str] = ..., card_id: _Optional[str] = ..., catalog_id: _Optional[str] = ...) -> None: ...

class ConfirmDetectionResponse(_message.Message):
    __slots__ = ("detection", "keyed")
    DETECTION_FIELD_NUMBER: _ClassVar[int]
    KEYED_FIELD_NUMBER: _ClassVar[int]
    detection: ScannedDetection
    keyed: bool
    def __init__(self, detection: _Optional[_Union[ScannedDetection, _Mapping]] = ..., keyed: _Optional[bool] = ...) -> None: ...

class UserCard(_message.Message):
    __slots__ = ("card", "quantity", "estimated_values", "create_time", "update_time")
    CARD_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_VALUES_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    card: _card_pb2.Card
    quantity: int
    estimated_values: _containers.RepeatedCompositeFieldContainer[_money_pb2.Money]
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, card: _Optional[_Union[_card_pb2.Card, _Mapping]] = ..., quantity: _Optional[int] = ..., estimated_values: _Optional[_Iterable[_Union[_money_pb2.Money, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListUserCardsRequest(_message.Message):
    __slots__ = ("owner", "set_id", "page_size", "page_token")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    SET_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    owner: str
    set_id: str
    page_size: int
    page_token: str
    def __init__(self, owner: _Optional[str] = ..., set_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListUserCardsResponse(_message.Message):
    __slots__ = ("user_cards", "next_page_token")
    USER_CARDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_cards: _containers.RepeatedCompositeFieldContainer[UserCard]
    next_page_token: str
    def __init__(self, user_cards: _Optional[_Iterable[_Union[UserCard, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetCollectionRequest(_message.Message):
    __slots__ = ("owner",)
    OWNER_FIELD_NUMBER: _ClassVar[int]
    owner: str
    def __init__(self, owner: _Optional[str] = ...) -> None: ...

class GetCollectionResponse(_message.Message):
    __slots__ = ("owner", "distinct_cards", "total_cards", "estimated_values", "sets")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    DISTINCT_CARDS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_CARDS_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_VALUES_FIELD_NUMBER: _ClassVar[int]
    SETS_FIELD_NUMBER: _ClassVar[int]
    owner: str
    distinct_cards: int
    total_cards: int
    estimated_values: _containers.RepeatedCompositeFieldContainer[_money_pb2.Money]
    sets: _containers.RepeatedCompositeFieldContainer[SetCount]
    def __init__(self, owner: _Optional[str] = ..., distinct_cards: _Optional[int] = ..., total_cards: _Optional[int] = ..., estimated_values: _Optional[_Iterable[_Union[_money_pb2.Money, _Mapping]]] = ..., sets: _Optional[_Iterable[_Union[SetCount, _Mapping]]] = ...) -> None: ...

class SetCount(_message.Message):
    __slots__ = ("set_id", "set_name", "distinct_cards", "total_cards", "estimated_values")
    SET_ID_FIELD_NUMBER: _ClassVar[int]
    SET_NAME_FIELD_NUMBER: _ClassVar[int]
    DISTINCT_CARDS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_CARDS_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_VALUES_FIELD_NUMBER: _ClassVar[int]
    set_id: str
    set_name: str
    distinct_cards: int
    total_cards: int
    estimated_values: _containers.RepeatedCompositeFieldContainer[_money_pb2.Money]
    def __init__(self, set_id: _Optional[str] = ..., set_name: _Optional[str] = ..., distinct_cards: _Optional[int] = ..., total_cards: _Optional[int] = ..., estimated_values: _Optional[_Iterable[_Union[_money_pb2.Money, _Mapping]]] = ...) -> None: ...
