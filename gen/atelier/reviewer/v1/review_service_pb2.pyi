import datetime

from atelier.jobs.v1 import jobs_service_pb2 as _jobs_service_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReviewState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_STATE_UNSPECIFIED: _ClassVar[ReviewState]
    REVIEW_STATE_RUNNING: _ClassVar[ReviewState]
    REVIEW_STATE_SUCCEEDED: _ClassVar[ReviewState]
    REVIEW_STATE_FAILED: _ClassVar[ReviewState]
    REVIEW_STATE_CANCELLED: _ClassVar[ReviewState]

class ReviewOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_OUTCOME_UNSPECIFIED: _ClassVar[ReviewOutcome]
    REVIEW_OUTCOME_COMPLETE: _ClassVar[ReviewOutcome]
    REVIEW_OUTCOME_DEGRADED: _ClassVar[ReviewOutcome]

class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEVERITY_UNSPECIFIED: _ClassVar[Severity]
    SEVERITY_INFO: _ClassVar[Severity]
    SEVERITY_LOW: _ClassVar[Severity]
    SEVERITY_MEDIUM: _ClassVar[Severity]
    SEVERITY_HIGH: _ClassVar[Severity]
    SEVERITY_CRITICAL: _ClassVar[Severity]

class Category(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CATEGORY_UNSPECIFIED: _ClassVar[Category]
    CATEGORY_BUG: _ClassVar[Category]
    CATEGORY_SECURITY: _ClassVar[Category]
    CATEGORY_SECRET: _ClassVar[Category]
    CATEGORY_PERFORMANCE: _ClassVar[Category]
    CATEGORY_MAINTAINABILITY: _ClassVar[Category]
    CATEGORY_STYLE: _ClassVar[Category]
    CATEGORY_SYNTAX: _ClassVar[Category]
    CATEGORY_ARCHITECTURE: _ClassVar[Category]

class FindingStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FINDING_STATUS_UNSPECIFIED: _ClassVar[FindingStatus]
    FINDING_STATUS_NEW: _ClassVar[FindingStatus]
    FINDING_STATUS_PERSISTING: _ClassVar[FindingStatus]
    FINDING_STATUS_FIXED: _ClassVar[FindingStatus]
    FINDING_STATUS_DISMISSED: _ClassVar[FindingStatus]

class SecretPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SECRET_POLICY_UNSPECIFIED: _ClassVar[SecretPolicy]
    SECRET_POLICY_REDACT: _ClassVar[SecretPolicy]
    SECRET_POLICY_WITHHOLD: _ClassVar[SecretPolicy]
REVIEW_STATE_UNSPECIFIED: ReviewState
REVIEW_STATE_RUNNING: ReviewState
REVIEW_STATE_SUCCEEDED: ReviewState
REVIEW_STATE_FAILED: ReviewState
REVIEW_STATE_CANCELLED: ReviewState
REVIEW_OUTCOME_UNSPECIFIED: ReviewOutcome
REVIEW_OUTCOME_COMPLETE: ReviewOutcome
REVIEW_OUTCOME_DEGRADED: ReviewOutcome
SEVERITY_UNSPECIFIED: Severity
SEVERITY_INFO: Severity
SEVERITY_LOW: Severity
SEVERITY_MEDIUM: Severity
SEVERITY_HIGH: Severity
SEVERITY_CRITICAL: Severity
CATEGORY_UNSPECIFIED: Category
CATEGORY_BUG: Category
CATEGORY_SECURITY: Category
CATEGORY_SECRET: Category
CATEGORY_PERFORMANCE: Category
CATEGORY_MAINTAINABILITY: Category
CATEGORY_STYLE: Category
CATEGORY_SYNTAX: Category
CATEGORY_ARCHITECTURE: Category
FINDING_STATUS_UNSPECIFIED: FindingStatus
FINDING_STATUS_NEW: FindingStatus
FINDING_STATUS_PERSISTING: FindingStatus
FINDING_STATUS_FIXED: FindingStatus
FINDING_STATUS_DISMISSED: FindingStatus
SECRET_POLICY_UNSPECIFIED: SecretPolicy
SECRET_POLICY_REDACT: SecretPolicy
SECRET_POLICY_WITHHOLD: SecretPolicy

class LineRange(_message.Message):
    __slots__ = ("start_line", "end_line")
    START_LINE_FIELD_NUMBER: _ClassVar[int]
    END_LINE_FIELD_NUMBER: _ClassVar[int]
    start_line: int
    end_line: int
    def __init__(self, start_line: _Optional[int] = ..., end_line: _Optional[int] = ...) -> None: ...

class SourceFile(_message.Message):
    __slots__ = ("path", "content", "changed")
    PATH_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    path: str
    content: bytes
    changed: _containers.RepeatedCompositeFieldContainer[LineRange]
    def __init__(self, path: _Optional[str] = ..., content: _Optional[bytes] = ..., changed: _Optional[_Iterable[_Union[LineRange, _Mapping]]] = ...) -> None: ...

class FileTarget(_message.Message):
    __slots__ = ("files",)
    FILES_FIELD_NUMBER: _ClassVar[int]
    files: _containers.RepeatedCompositeFieldContainer[SourceFile]
    def __init__(self, files: _Optional[_Iterable[_Union[SourceFile, _Mapping]]] = ...) -> None: ...

class DebugTarget(_message.Message):
    __slots__ = ("files", "error")
    FILES_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    files: _containers.RepeatedCompositeFieldContainer[SourceFile]
    error: str
    def __init__(self, files: _Optional[_Iterable[_Union[SourceFile, _Mapping]]] = ..., error: _Optional[str] = ...) -> None: ...

class ArchitectureTarget(_message.Message):
    __slots__ = ("snapshot_id",)
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    snapshot_id: str
    def __init__(self, snapshot_id: _Optional[str] = ...) -> None: ...

class CreateReviewRequest(_message.Message):
    __slots__ = ("request_id", "project", "review", "debug", "architecture", "secret_policy", "lane")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    DEBUG_FIELD_NUMBER: _ClassVar[int]
    ARCHITECTURE_FIELD_NUMBER: _ClassVar[int]
    SECRET_POLICY_FIELD_NUMBER: _ClassVar[int]
    LANE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    project: str
    review: FileTarget
    debug: DebugTarget
    architecture: ArchitectureTarget
    secret_policy: SecretPolicy
    lane: _jobs_service_pb2.Lane
    def __init__(self, request_id: _Optional[str] = ..., project: _Optional[str] = ..., review: _Optional[_Union[FileTarget, _Mapping]] = ..., debug: _Optional[_Union[DebugTarget, _Mapping]] = ..., architecture: _Optional[_Union[ArchitectureTarget, _Mapping]] = ..., secret_policy: _Optional[_Union[SecretPolicy, str]] = ..., lane: _Optional[_Union[_jobs_service_pb2.Lane, str]] = ...) -> None: ...

class CreateReviewResponse(_message.Message):
    __slots__ = ("review",)
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    review: Review
    def __init__(self, review: _Optional[_Union[Review, _Mapping]] = ...) -> None: ...

class Usage(_message.Message):
    __slots__ = ("input_tokens", "output_tokens", "saved_tokens", "cost")
    INPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    SAVED_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    input_tokens: int
    output_tokens: int
    saved_tokens: int
    cost: _money_pb2.Money
    def __init__(self, input_tokens: _Optional[int] = ..., output_tokens: _Optional[int] = ..., saved_tokens: _Optional[int] = ..., cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class FindingCounts(_message.Message):
    __slots__ = ("added", "persisting", "fixed", "dismissed", "by_severity")
    ADDED_FIELD_NUMBER: _ClassVar[int]
    PERSISTING_FIELD_NUMBER: _ClassVar[int]
    FIXED_FIELD_NUMBER: _ClassVar[int]
    DISMISSED_FIELD_NUMBER: _ClassVar[int]
    BY_SEVERITY_FIELD_NUMBER: _ClassVar[int]
    added: int
    persisting: int
    fixed: int
    dismissed: int
    by_severity: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, added: _Optional[int] = ..., persisting: _Optional[int] = ..., fixed: _Optional[int] = ..., dismissed: _Optional[int] = ..., by_severity: _Optional[_Iterable[int]] = ...) -> None: ...

class Review(_message.Message):
    __slots__ = ("review_id", "owner", "project", "kind", "state", "outcome", "progress", "counts", "usage", "files", "snapshot_id", "create_time", "end_time")
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    review_id: str
    owner: str
    project: str
    kind: str
    state: ReviewState
    outcome: ReviewOutcome
    progress: _jobs_service_pb2.Progress
    counts: FindingCounts
    usage: Usage
    files: _containers.RepeatedCompositeFieldContainer[FileReview]
    snapshot_id: str
    create_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, review_id: _Optional[str] = ..., owner: _Optional[str] = ..., project: _Optional[str] = ..., kind: _Optional[str] = ..., state: _Optional[_Union[ReviewState, str]] = ..., outcome: _Optional[_Union[ReviewOutcome, str]] = ..., progress: _Optional[_Union[_jobs_service_pb2.Progress, _Mapping]] = ..., counts: _Optional[_Union[FindingCounts, _Mapping]] = ..., usage: _Optional[_Union[Usage, _Mapping]] = ..., files: _Optional[_Iterable[_Union[FileReview, _Mapping]]] = ..., snapshot_id: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class FileReview(_message.Message):
    __slots__ = ("path", "language", "state", "outcome", "coverage", "findings", "summary", "usage", "steps", "error", "job")
    PATH_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    path: str
    language: str
    state: ReviewState
    outcome: ReviewOutcome
    coverage: Coverage
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    summary: str
    usage: Usage
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    error: _jobs_service_pb2.JobError
    job: str
    def __init__(self, path: _Optional[str] = ..., language: _Optional[str] = ..., state: _Optional[_Union[ReviewState, str]] = ..., outcome: _Optional[_Union[ReviewOutcome, str]] = ..., coverage: _Optional[_Union[Coverage, _Mapping]] = ..., findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., summary: _Optional[str] = ..., usage: _Optional[_Union[Usage, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., error: _Optional[_Union[_jobs_service_pb2.JobError, _Mapping]] = ..., job: _Optional[str] = ...) -> None: ...

class Coverage(_message.Message):
    __slots__ = ("skipped", "tools", "model", "secrets", "dropped")
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    TOOLS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    skipped: str
    tools: _containers.RepeatedCompositeFieldContainer[ToolRun]
    model: ModelRun
    secrets: int
    dropped: int
    def __init__(self, skipped: _Optional[str] = ..., tools: _Optional[_Iterable[_Union[ToolRun, _Mapping]]] = ..., model: _Optional[_Union[ModelRun, _Mapping]] = ..., secrets: _Optional[int] = ..., dropped: _Optional[int] = ...) -> None: ...

class ToolRun(_message.Message):
    __slots__ = ("tool", "version", "status", "message", "seconds")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATUS_UNSPECIFIED: _ClassVar[ToolRun.Status]
        STATUS_RAN: _ClassVar[ToolRun.Status]
        STATUS_MISSING: _ClassVar[ToolRun.Status]
        STATUS_FAILED: _ClassVar[ToolRun.Status]
        STATUS_CUT_OFF: _ClassVar[ToolRun.Status]
    STATUS_UNSPECIFIED: ToolRun.Status
    STATUS_RAN: ToolRun.Status
    STATUS_MISSING: ToolRun.Status
    STATUS_FAILED: ToolRun.Status
    STATUS_CUT_OFF: ToolRun.Status
    TOOL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    tool: str
    version: str
    status: ToolRun.Status
    message: str
    seconds: float
    def __init__(self, tool: _Optional[str] = ..., version: _Optional[str] = ..., status: _Optional[_Union[ToolRun.Status, str]] = ..., message: _Optional[str] = ..., seconds: _Optional[float] = ...) -> None: ...

class ModelRun(_message.Message):
    __slots__ = ("model", "status", "message")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATUS_UNSPECIFIED: _ClassVar[ModelRun.Status]
        STATUS_RAN: _ClassVar[ModelRun.Status]
        STATUS_CACHED: _ClassVar[ModelRun.Status]
        STATUS_NONE: _ClassVar[ModelRun.Status]
        STATUS_WITHHELD: _ClassVar[ModelRun.Status]
        STATUS_FAILED: _ClassVar[ModelRun.Status]
    STATUS_UNSPECIFIED: ModelRun.Status
    STATUS_RAN: ModelRun.Status
    STATUS_CACHED: ModelRun.Status
    STATUS_NONE: ModelRun.Status
    STATUS_WITHHELD: ModelRun.Status
    STATUS_FAILED: ModelRun.Status
    MODEL_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    model: str
    status: ModelRun.Status
    message: str
    def __init__(self, model: _Optional[str] = ..., status: _Optional[_Union[ModelRun.Status, str]] = ..., message: _Optional[str] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("name", "duration")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    name: str
    duration: _duration_pb2.Duration
    def __init__(self, name: _Optional[str] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("finding_id", "fingerprint", "rule", "severity", "category", "message", "path", "range", "patch", "tools", "confidence", "status", "dismissal")
    FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    PATCH_FIELD_NUMBER: _ClassVar[int]
    TOOLS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DISMISSAL_FIELD_NUMBER: _ClassVar[int]
    finding_id: str
    fingerprint: str
    rule: str
    severity: Severity
    category: Category
    message: str
    path: str
    range: CodeRange
    patch: str
    tools: _containers.RepeatedScalarFieldContainer[str]
    confidence: float
    status: FindingStatus
    dismissal: str
    def __init__(self, finding_id: _Optional[str] = ..., fingerprint: _Optional[str] = ..., rule: _Optional[str] = ..., severity: _Optional[_Union[Severity, str]] = ..., category: _Optional[_Union[Category, str]] = ..., message: _Optional[str] = ..., path: _Optional[str] = ..., range: _Optional[_Union[CodeRange, _Mapping]] = ..., patch: _Optional[str] = ..., tools: _Optional[_Iterable[str]] = ..., confidence: _Optional[float] = ..., status: _Optional[_Union[FindingStatus, str]] = ..., dismissal: _Optional[str] = ...) -> None: ...

class CodeRange(_message.Message):
    __slots__ = ("start_line", "start_column", "end_line", "end_column")
    START_LINE_FIELD_NUMBER: _ClassVar[int]
    START_COLUMN_FIELD_NUMBER: _ClassVar[int]
    END_LINE_FIELD_NUMBER: _ClassVar[int]
    END_COLUMN_FIELD_NUMBER: _ClassVar[int]
    start_line: int
    start_column: int
    end_line: int
    end_column: int
    def __init__(self, start_line: _Optional[int] = ..., start_column: _Optional[int] = ..., end_line: _Optional[int] = ..., end_column: _Optional[int] = ...) -> None: ...

class GetReviewRequest(_message.Message):
    __slots__ = ("review_id", "page_size", "page_token")
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    review_id: str
    page_size: int
    page_token: str
    def __init__(self, review_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetReviewResponse(_message.Message):
    __slots__ = ("review", "next_page_token")
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    review: Review
    next_page_token: str
    def __init__(self, review: _Optional[_Union[Review, _Mapping]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListReviewsRequest(_message.Message):
    __slots__ = ("project", "state", "owner", "page_size", "page_token")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    project: str
    state: ReviewState
    owner: str
    page_size: int
    page_token: str
    def __init__(self, project: _Optional[str] = ..., state: _Optional[_Union[ReviewState, str]] = ..., owner: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListReviewsResponse(_message.Message):
    __slots__ = ("reviews", "next_page_token")
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    reviews: _containers.RepeatedCompositeFieldContainer[Review]
    next_page_token: str
    def __init__(self, reviews: _Optional[_Iterable[_Union[Review, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchReviewRequest(_message.Message):
    __slots__ = ("review_id",)
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    review_id: str
    def __init__(self, review_id: _Optional[str] = ...) -> None: ...

class WatchReviewResponse(_message.Message):
    __slots__ = ("review",)
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    review: Review
    def __init__(self, review: _Optional[_Union[Review, _Mapping]] = ...) -> None: ...

class CancelReviewRequest(_message.Message):
    __slots__ = ("review_id",)
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    review_id: str
    def __init__(self, review_id: _Optional[str] = ...) -> None: ...

class CancelReviewResponse(_message.Message):
    __slots__ = ("review",)
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    review: Review
    def __init__(self, review: _Optional[_Union[Review, _Mapping]] = ...) -> None: ...

class ExportSarifRequest(_message.Message):
    __slots__ = ("review_id",)
    REVIEW_ID_FIELD_NUMBER: _ClassVar[int]
    review_id: str
    def __init__(self, review_id: _Optional[str] = ...) -> None: ...

class ExportSarifResponse(_message.Message):
    __slots__ = ("sarif", "left_out")
    SARIF_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    sarif: bytes
    left_out: int
    def __init__(self, sarif: _Optional[bytes] = ..., left_out: _Optional[int] = ...) -> None: ...

class DismissFindingRequest(_message.Message):
    __slots__ = ("finding_id", "reason")
    FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    finding_id: str
    reason: str
    def __init__(self, finding_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class DismissFindingResponse(_message.Message):
    __slots__ = ("finding",)
    FINDING_FIELD_NUMBER: _ClassVar[int]
    finding: Finding
    def __init__(self, finding: _Optional[_Union[Finding, _Mapping]] = ...) -> None: ...
