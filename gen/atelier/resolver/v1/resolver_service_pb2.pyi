import datetime

from atelier.resolver.v1 import card_pb2 as _card_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Tier(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIER_UNSPECIFIED: _ClassVar[Tier]
    TIER_KEY: _ClassVar[Tier]
    TIER_CATALOG: _ClassVar[Tier]
    TIER_EMBEDDING: _ClassVar[Tier]

class UnresolvedReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    UNRESOLVED_REASON_UNSPECIFIED: _ClassVar[UnresolvedReason]
    UNRESOLVED_REASON_NOT_IN_CATALOG: _ClassVar[UnresolvedReason]
    UNRESOLVED_REASON_EMBEDDING_INCOMPLETE: _ClassVar[UnresolvedReason]

class ReviewReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_REASON_UNSPECIFIED: _ClassVar[ReviewReason]
    REVIEW_REASON_AMBIGUOUS: _ClassVar[ReviewReason]
    REVIEW_REASON_WEAK: _ClassVar[ReviewReason]
    REVIEW_REASON_CONFLICT: _ClassVar[ReviewReason]
    REVIEW_REASON_NO_CANDIDATE: _ClassVar[ReviewReason]
TIER_UNSPECIFIED: Tier
TIER_KEY: Tier
TIER_CATALOG: Tier
TIER_EMBEDDING: Tier
UNRESOLVED_REASON_UNSPECIFIED: UnresolvedReason
UNRESOLVED_REASON_NOT_IN_CATALOG: UnresolvedReason
UNRESOLVED_REASON_EMBEDDING_INCOMPLETE: UnresolvedReason
REVIEW_REASON_UNSPECIFIED: ReviewReason
REVIEW_REASON_AMBIGUOUS: ReviewReason
REVIEW_REASON_WEAK: ReviewReason
REVIEW_REASON_CONFLICT: ReviewReason
REVIEW_REASON_NO_CANDIDATE: ReviewReason

class ExternalId(_message.Message):
    __slots__ = ("source", "external_id")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    source: str
    external_id: str
    def __init__(self, source: _Optional[str] = ..., external_id: _Optional[str] = ...) -> None: ...

class ResolveCardsRequest(_message.Message):
    __slots__ = ("items", "dry_run")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[ExternalId]
    dry_run: bool
    def __init__(self, items: _Optional[_Iterable[_Union[ExternalId, _Mapping]]] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class ResolveCardsResponse(_message.Message):
    __slots__ = ("resolutions",)
    RESOLUTIONS_FIELD_NUMBER: _ClassVar[int]
    resolutions: _containers.RepeatedCompositeFieldContainer[Resolution]
    def __init__(self, resolutions: _Optional[_Iterable[_Union[Resolution, _Mapping]]] = ...) -> None: ...

class Resolution(_message.Message):
    __slots__ = ("source", "external_id", "tier", "card_id", "catalog_id", "name", "reason")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    CATALOG_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    source: str
    external_id: str
    tier: Tier
    card_id: str
    catalog_id: str
    name: str
    reason: UnresolvedReason
    def __init__(self, source: _Optional[str] = ..., external_id: _Optional[str] = ..., tier: _Optional[_Union[Tier, str]] = ..., card_id: _Optional[str] = ..., catalog_id: _Optional[str] = ..., name: _Optional[str] = ..., reason: _Optional[_Union[UnresolvedReason, str]] = ...) -> None: ...

class IdentifyCardsRequest(_message.Message):
    __slots__ = ("queries", "max_candidates")
    QUERIES_FIELD_NUMBER: _ClassVar[int]
    MAX_CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    queries: _containers.RepeatedCompositeFieldContainer[IdentifyQuery]
    max_candidates: int
    def __init__(self, queries: _Optional[_Iterable[_Union[IdentifyQuery, _Mapping]]] = ..., max_candidates: _Optional[int] = ...) -> None: ...

class IdentifyQuery(_message.Message):
    __slots__ = ("text", "embedding")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_FIELD_NUMBER: _ClassVar[int]
    text: ScannedText
    embedding: Embedding
    def __init__(self, text: _Optional[_Union[ScannedText, _Mapping]] = ..., embedding: _Optional[_Union[Embedding, _Mapping]] = ...) -> None: ...

class ScannedText(_message.Message):
    __slots__ = ("name", "number", "set")
    NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SET_FIELD_NUMBER: _ClassVar[int]
    name: str
    number: str
    set: str
    def __init__(self, name: _Optional[str] = ..., number: _Optional[str] = ..., set: _Optional[str] = ...) -> None: ...

class Embedding(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, values: _Optional[_Iterable[float]] = ...) -> None: ...

class IdentifyCardsResponse(_message.Message):
    __slots__ = ("identifications",)
    IDENTIFICATIONS_FIELD_NUMBER: _ClassVar[int]
    identifications: _containers.RepeatedCompositeFieldContainer[Identification]
    def __init__(self, identifications: _Optional[_Iterable[_Union[Identification, _Mapping]]] = ...) -> None: ...

class Identification(_message.Message):
    __slots__ = ("candidates", "needs_review", "review_reason")
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    NEEDS_REVIEW_FIELD_NUMBER: _ClassVar[int]
    REVIEW_REASON_FIELD_NUMBER: _ClassVar[int]
    candidates: _containers.RepeatedCompositeFieldContainer[Candidate]
    needs_review: bool
    review_reason: ReviewReason
    def __init__(self, candidates: _Optional[_Iterable[_Union[Candidate, _Mapping]]] = ..., needs_review: _Optional[bool] = ..., review_reason: _Optional[_Union[ReviewReason, str]] = ...) -> None: ...

class Candidate(_message.Message):
    __slots__ = ("card_id", "catalog_id", "name", "number", "set_name", "confidence", "evidence")
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    CATALOG_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SET_NAME_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    card_id: str
    catalog_id: str
    name: str
    number: str
    set_name: str
    confidence: float
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    def __init__(self, card_id: _Optional[str] = ..., catalog_id: _Optional[str] = ..., name: _Optional[str] = ..., number: _Optional[str] = ..., set_name: _Optional[str] = ..., confidence: _Optional[float] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ...) -> None: ...

class Evidence(_message.Message):
    __slots__ = ("field", "observed", "expected", "agreement", "similarity")
    class Agreement(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        AGREEMENT_UNSPECIFIED: _ClassVar[Evidence.Agreement]
        AGREEMENT_EXACT: _ClassVar[Evidence.Agreement]
        AGREEMENT_SIMILAR: _ClassVar[Evidence.Agreement]
        AGREEMENT_CONFLICT: _ClassVar[Evidence.Agreement]
    AGREEMENT_UNSPECIFIED: Evidence.Agreement
    AGREEMENT_EXACT: Evidence.Agreement
    AGREEMENT_SIMILAR: Evidence.Agreement
    AGREEMENT_CONFLICT: Evidence.Agreement
    FIELD_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    SIMILARITY_FIELD_NUMBER: _ClassVar[int]
    field: str
    observed: str
    expected: str
    agreement: Evidence.Agreement
    similarity: float
    def __init__(self, field: _Optional[str] = ..., observed: _Optional[str] = ..., expected: _Optional[str] = ..., agreement: _Optional[_Union[Evidence.Agreement, str]] = ..., similarity: _Optional[float] = ...) -> None: ...

class GetCardRequest(_message.Message):
    __slots__ = ("card_id", "catalog_id")
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    CATALOG_ID_FIELD_NUMBER: _ClassVar[int]
    card_id: str
    catalog_id: str
    def __init__(self, card_id: _Optional[str] = ..., catalog_id: _Optional[str] = ...) -> None: ...

class GetCardResponse(_message.Message):
    __slots__ = ("card",)
    CARD_FIELD_NUMBER: _ClassVar[int]
    card: _card_pb2.Card
    def __init__(self, card: _Optional[_Union[_card_pb2.Card, _Mapping]] = ...) -> None: ...

class SearchCardsRequest(_message.Message):
    __slots__ = ("name", "set_id", "number", "page_size", "page_token")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SET_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    set_id: str
    number: str
    page_size: int
    page_token: str
    def __init__(self, name: _Optional[str] = ..., set_id: _Optional[str] = ..., number: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class SearchCardsResponse(_message.Message):
    __slots__ = ("cards", "next_page_token")
    CARDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cards: _containers.RepeatedCompositeFieldContainer[_card_pb2.Card]
    next_page_token: str
    def __init__(self, cards: _Optional[_Iterable[_Union[_card_pb2.Card, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CardRecord(_message.Message):
    __slots__ = ("catalog_id", "details")
    CATALOG_ID_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    catalog_id: str
    details: _card_pb2.CardDetails
    def __init__(self, catalog_id: _Optional[str] = ..., details: _Optional[_Union[_card_pb2.CardDetails, _Mapping]] = ...) -> None: ...

class ImportCardsRequest(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[CardRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[CardRecord, _Mapping]]] = ...) -> None: ...

class ImportCardsResponse(_message.Message):
    __slots__ = ("summary",)
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    summary: ImportSummary
    def __init__(self, summary: _Optional[_Union[ImportSummary, _Mapping]] = ...) -> None: ...

class ImportSummary(_message.Message):
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
    rejections: _containers.RepeatedCompositeFieldContainer[RejectedRecord]
    def __init__(self, received: _Optional[int] = ..., inserted: _Optional[int] = ..., updated: _Optional[int] = ..., unchanged: _Optional[int] = ..., rejected: _Optional[int] = ..., rejections: _Optional[_Iterable[_Union[RejectedRecord, _Mapping]]] = ...) -> None: ...

class RejectedRecord(_message.Message):
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

class EmbeddingRecord(_message.Message):
    __slots__ = ("catalog_id", "embedding", "model", "details")
    CATALOG_ID_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    catalog_id: str
    embedding: Embedding
    model: str
    details: _card_pb2.CardDetails
    def __init__(self, catalog_id: _Optional[str] = ..., embedding: _Optional[_Union[Embedding, _Mapping]] = ..., model: _Optional[str] = ..., details: _Optional[_Union[_card_pb2.CardDetails, _Mapping]] = ...) -> None: ...

class ImportEmbeddingsRequest(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[EmbeddingRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[EmbeddingRecord, _Mapping]]] = ...) -> None: ...

class ImportEmbeddingsResponse(_message.Message):
    __slots__ = ("summary",)
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    summary: ImportSummary
    def __init__(self, summary: _Optional[_Union[ImportSummary, _Mapping]] = ...) -> None: ...

class KeyRecord(_message.Message):
    __slots__ = ("source", "external_id", "card_id", "catalog_id")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    CATALOG_ID_FIELD_NUMBER: _ClassVar[int]
    source: str
    external_id: str
    card_id: str
    catalog_id: str
    def __init__(self, source: _Optional[str] = ..., external_id: _Optional[str] = ..., card_id: _Optional[str] = ..., catalog_id: _Optional[str] = ...) -> None: ...

class ImportKeysRequest(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[KeyRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[KeyRecord, _Mapping]]] = ...) -> None: ...

class ImportKeysResponse(_message.Message):
    __slots__ = ("summary",)
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    summary: ImportSummary
    def __init__(self, summary: _Optional[_Union[ImportSummary, _Mapping]] = ...) -> None: ...

class GetCoverageRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetCoverageResponse(_message.Message):
    __slots__ = ("cards", "embeddings", "cards_without_embedding", "embeddings_without_card", "keys", "gaps", "resolutions", "auto_creation_failure_share", "auto_creation_failure_threshold", "auto_creation_failure_alert")
    CARDS_FIELD_NUMBER: _ClassVar[int]
    EMBEDDINGS_FIELD_NUMBER: _ClassVar[int]
    CARDS_WITHOUT_EMBEDDING_FIELD_NUMBER: _ClassVar[int]
    EMBEDDINGS_WITHOUT_CARD_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    GAPS_FIELD_NUMBER: _ClassVar[int]
    RESOLUTIONS_FIELD_NUMBER: _ClassVar[int]
    AUTO_CREATION_FAILURE_SHARE_FIELD_NUMBER: _ClassVar[int]
    AUTO_CREATION_FAILURE_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    AUTO_CREATION_FAILURE_ALERT_FIELD_NUMBER: _ClassVar[int]
    cards: int
    embeddings: int
    cards_without_embedding: int
    embeddings_without_card: int
    keys: int
    gaps: int
    resolutions: ResolutionCounts
    auto_creation_failure_share: float
    auto_creation_failure_threshold: float
    auto_creation_failure_alert: bool
    def __init__(self, cards: _Optional[int] = ..., embeddings: _Optional[int] = ..., cards_without_embedding: _Optional[int] = ..., embeddings_without_card: _Optional[int] = ..., keys: _Optional[int] = ..., gaps: _Optional[int] = ..., resolutions: _Optional[_Union[ResolutionCounts, _Mapping]] = ..., auto_creation_failure_share: _Optional[float] = ..., auto_creation_failure_threshold: _Optional[float] = ..., auto_creation_failure_alert: _Optional[bool] = ...) -> None: ...

class ResolutionCounts(_message.Message):
    __slots__ = ("key", "catalog", "embedding", "not_in_catalog", "embedding_incomplete")
    KEY_FIELD_NUMBER: _ClassVar[int]
    CATALOG_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_FIELD_NUMBER: _ClassVar[int]
    NOT_IN_CATALOG_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_INCOMPLETE_FIELD_NUMBER: _ClassVar[int]
    key: int
    catalog: int
    embedding: int
    not_in_catalog: int
    embedding_incomplete: int
    def __init__(self, key: _Optional[int] = ..., catalog: _Optional[int] = ..., embedding: _Optional[int] = ..., not_in_catalog: _Optional[int] = ..., embedding_incomplete: _Optional[int] = ...) -> None: ...

class ListGapsRequest(_message.Message):
    __slots__ = ("source", "include_resolved", "page_size", "page_token")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_RESOLVED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    source: str
    include_resolved: bool
    page_size: int
    page_token: str
    def __init__(self, source: _Optional[str] = ..., include_resolved: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGapsResponse(_message.Message):
    __slots__ = ("gaps", "next_page_token")
    GAPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    gaps: _containers.RepeatedCompositeFieldContainer[Gap]
    next_page_token: str
    def __init__(self, gaps: _Optional[_Iterable[_Union[Gap, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Gap(_message.Message):
    __slots__ = ("source", "external_id", "reason", "count", "first_seen_time", "last_seen_time", "resolve_time")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    RESOLVE_TIME_FIELD_NUMBER: _ClassVar[int]
    source: str
    external_id: str
    reason: UnresolvedReason
    count: int
    first_seen_time: _timestamp_pb2.Timestamp
    last_seen_time: _timestamp_pb2.Timestamp
    resolve_time: _timestamp_pb2.Timestamp
    def __init__(self, source: _Optional[str] = ..., external_id: _Optional[str] = ..., reason: _Optional[_Union[UnresolvedReason, str]] = ..., count: _Optional[int] = ..., first_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resolve_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
