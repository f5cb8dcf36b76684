import datetime

from atelier.jobs.v1 import jobs_service_pb2 as _jobs_service_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ActivityKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACTIVITY_KIND_UNSPECIFIED: _ClassVar[ActivityKind]
    ACTIVITY_KIND_LIKE: _ClassVar[ActivityKind]
    ACTIVITY_KIND_COMMENT: _ClassVar[ActivityKind]

class ActivityState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACTIVITY_STATE_UNSPECIFIED: _ClassVar[ActivityState]
    ACTIVITY_STATE_WAITING: _ClassVar[ActivityState]
    ACTIVITY_STATE_HELD: _ClassVar[ActivityState]
    ACTIVITY_STATE_RUNNING: _ClassVar[ActivityState]
    ACTIVITY_STATE_SUCCEEDED: _ClassVar[ActivityState]
    ACTIVITY_STATE_FAILED: _ClassVar[ActivityState]
    ACTIVITY_STATE_UNCERTAIN: _ClassVar[ActivityState]
    ACTIVITY_STATE_SKIPPED: _ClassVar[ActivityState]
    ACTIVITY_STATE_CANCELLED: _ClassVar[ActivityState]

class LatePolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LATE_POLICY_UNSPECIFIED: _ClassVar[LatePolicy]
    LATE_POLICY_RUN: _ClassVar[LatePolicy]
    LATE_POLICY_SKIP: _ClassVar[LatePolicy]
    LATE_POLICY_SPREAD: _ClassVar[LatePolicy]

class LinkPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LINK_POLICY_UNSPECIFIED: _ClassVar[LinkPolicy]
    LINK_POLICY_FORBID: _ClassVar[LinkPolicy]
    LINK_POLICY_ALLOW: _ClassVar[LinkPolicy]
ACTIVITY_KIND_UNSPECIFIED: ActivityKind
ACTIVITY_KIND_LIKE: ActivityKind
ACTIVITY_KIND_COMMENT: ActivityKind
ACTIVITY_STATE_UNSPECIFIED: ActivityState
ACTIVITY_STATE_WAITING: ActivityState
ACTIVITY_STATE_HELD: ActivityState
ACTIVITY_STATE_RUNNING: ActivityState
ACTIVITY_STATE_SUCCEEDED: ActivityState
ACTIVITY_STATE_FAILED: ActivityState
ACTIVITY_STATE_UNCERTAIN: ActivityState
ACTIVITY_STATE_SKIPPED: ActivityState
ACTIVITY_STATE_CANCELLED: ActivityState
LATE_POLICY_UNSPECIFIED: LatePolicy
LATE_POLICY_RUN: LatePolicy
LATE_POLICY_SKIP: LatePolicy
LATE_POLICY_SPREAD: LatePolicy
LINK_POLICY_UNSPECIFIED: LinkPolicy
LINK_POLICY_FORBID: LinkPolicy
LINK_POLICY_ALLOW: LinkPolicy

class Pod(_message.Message):
    __slots__ = ("pod_id", "owner", "name", "create_time")
    POD_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    pod_id: str
    owner: str
    name: str
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, pod_id: _Optional[str] = ..., owner: _Optional[str] = ..., name: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreatePodRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CreatePodResponse(_message.Message):
    __slots__ = ("pod",)
    POD_FIELD_NUMBER: _ClassVar[int]
    pod: Pod
    def __init__(self, pod: _Optional[_Union[Pod, _Mapping]] = ...) -> None: ...

class ListPodsRequest(_message.Message):
    __slots__ = ("owner", "page_size", "page_token")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    owner: str
    page_size: int
    page_token: str
    def __init__(self, owner: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPodsResponse(_message.Message):
    __slots__ = ("pods", "next_page_token")
    PODS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pods: _containers.RepeatedCompositeFieldContainer[Pod]
    next_page_token: str
    def __init__(self, pods: _Optional[_Iterable[_Union[Pod, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WebhookConnector(_message.Message):
    __slots__ = ("url", "secret", "status_url")
    URL_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    STATUS_URL_FIELD_NUMBER: _ClassVar[int]
    url: str
    secret: str
    status_url: str
    def __init__(self, url: _Optional[str] = ..., secret: _Optional[str] = ..., status_url: _Optional[str] = ...) -> None: ...

class DryRunConnector(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class QuietHours(_message.Message):
    __slots__ = ("start_minute", "end_minute")
    START_MINUTE_FIELD_NUMBER: _ClassVar[int]
    END_MINUTE_FIELD_NUMBER: _ClassVar[int]
    start_minute: int
    end_minute: int
    def __init__(self, start_minute: _Optional[int] = ..., end_minute: _Optional[int] = ...) -> None: ...

class Account(_message.Message):
    __slots__ = ("account_id", "owner", "pod_id", "name", "webhook", "dry_run", "per_hour", "per_day", "quiet_hours", "zone", "links", "hold", "create_time")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    POD_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    PER_HOUR_FIELD_NUMBER: _ClassVar[int]
    PER_DAY_FIELD_NUMBER: _ClassVar[int]
    QUIET_HOURS_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    owner: str
    pod_id: str
    name: str
    webhook: WebhookConnector
    dry_run: DryRunConnector
    per_hour: int
    per_day: int
    quiet_hours: QuietHours
    zone: str
    links: LinkPolicy
    hold: Hold
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, account_id: _Optional[str] = ..., owner: _Optional[str] = ..., pod_id: _Optional[str] = ..., name: _Optional[str] = ..., webhook: _Optional[_Union[WebhookConnector, _Mapping]] = ..., dry_run: _Optional[_Union[DryRunConnector, _Mapping]] = ..., per_hour: _Optional[int] = ..., per_day: _Optional[int] = ..., quiet_hours: _Optional[_Union[QuietHours, _Mapping]] = ..., zone: _Optional[str] = ..., links: _Optional[_Union[LinkPolicy, str]] = ..., hold: _Optional[_Union[Hold, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Hold(_message.Message):
    __slots__ = ("error_class", "message", "hold_time")
    ERROR_CLASS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    HOLD_TIME_FIELD_NUMBER: _ClassVar[int]
    error_class: _jobs_service_pb2.ErrorClass
    message: str
    hold_time: _timestamp_pb2.Timestamp
    def __init__(self, error_class: _Optional[_Union[_jobs_service_pb2.ErrorClass, str]] = ..., message: _Optional[str] = ..., hold_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateAccountRequest(_message.Message):
    __slots__ = ("pod_id", "name", "webhook", "dry_run", "per_hour", "per_day", "quiet_hours", "zone", "links")
    POD_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    PER_HOUR_FIELD_NUMBER: _ClassVar[int]
    PER_DAY_FIELD_NUMBER: _ClassVar[int]
    QUIET_HOURS_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    pod_id: str
    name: str
    webhook: WebhookConnector
    dry_run: DryRunConnector
    per_hour: int
    per_day: int
    quiet_hours: QuietHours
    zone: str
    links: LinkPolicy
    def __init__(self, pod_id: _Optional[str] = ..., name: _Optional[str] = ..., webhook: _Optional[_Union[WebhookConnector, _Mapping]] = ..., dry_run: _Optional[_Union[DryRunConnector, _Mapping]] = ..., per_hour: _Optional[int] = ..., per_day: _Optional[int] = ..., quiet_hours: _Optional[_Union[QuietHours, _Mapping]] = ..., zone: _Optional[str] = ..., links: _Optional[_Union[LinkPolicy, str]] = ...) -> None: ...

class CreateAccountResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class GetAccountRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class GetAccountResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class ListAccountsRequest(_message.Message):
    __slots__ = ("pod_id", "only_held", "owner", "page_size", "page_token")
    POD_ID_FIELD_NUMBER: _ClassVar[int]
    ONLY_HELD_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pod_id: str
    only_held: bool
    owner: str
    page_size: int
    page_token: str
    def __init__(self, pod_id: _Optional[str] = ..., only_held: _Optional[bool] = ..., owner: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAccountsResponse(_message.Message):
    __slots__ = ("accounts", "next_page_token")
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[Account]
    next_page_token: str
    def __init__(self, accounts: _Optional[_Iterable[_Union[Account, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class NewActivity(_message.Message):
    __slots__ = ("pod_id", "account_id", "post", "kind", "comment", "due_time", "jitter", "late_policy", "late_after", "spread")
    POD_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    POST_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    JITTER_FIELD_NUMBER: _ClassVar[int]
    LATE_POLICY_FIELD_NUMBER: _ClassVar[int]
    LATE_AFTER_FIELD_NUMBER: _ClassVar[int]
    SPREAD_FIELD_NUMBER: _ClassVar[int]
    pod_id: str
    account_id: str
    post: str
    kind: ActivityKind
    comment: str
    due_time: _timestamp_pb2.Timestamp
    jitter: _duration_pb2.Duration
    late_policy: LatePolicy
    late_after: _duration_pb2.Duration
    spread: _duration_pb2.Duration
    def __init__(self, pod_id: _Optional[str] = ..., account_id: _Optional[str] = ..., post: _Optional[str] = ..., kind: _Optional[_Union[ActivityKind, str]] = ..., comment: _Optional[str] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., jitter: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., late_policy: _Optional[_Union[LatePolicy, str]] = ..., late_after: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., spread: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ScheduleActivitiesRequest(_message.Message):
    __slots__ = ("activities",)
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[NewActivity]
    def __init__(self, activities: _Optional[_Iterable[_Union[NewActivity, _Mapping]]] = ...) -> None: ...

class ScheduleResult(_message.Message):
    __slots__ = ("activity", "error", "created")
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    error: _status_pb2.Status
    created: bool
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., created: _Optional[bool] = ...) -> None: ...

class ScheduleActivitiesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ScheduleResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ScheduleResult, _Mapping]]] = ...) -> None: ...

class Activity(_message.Message):
    __slots__ = ("activity_id", "owner", "request", "state", "run_time", "attempt", "error", "create_time", "end_time", "job")
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RUN_TIME_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    activity_id: str
    owner: str
    request: NewActivity
    state: ActivityState
    run_time: _timestamp_pb2.Timestamp
    attempt: Attempt
    error: _jobs_service_pb2.JobError
    create_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    job: str
    def __init__(self, activity_id: _Optional[str] = ..., owner: _Optional[str] = ..., request: _Optional[_Union[NewActivity, _Mapping]] = ..., state: _Optional[_Union[ActivityState, str]] = ..., run_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attempt: _Optional[_Union[Attempt, _Mapping]] = ..., error: _Optional[_Union[_jobs_service_pb2.JobError, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., job: _Optional[str] = ...) -> None: ...

class Attempt(_message.Message):
    __slots__ = ("number", "start_time", "latency", "status", "external_id", "excerpt")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    LATENCY_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    EXCERPT_FIELD_NUMBER: _ClassVar[int]
    number: int
    start_time: _timestamp_pb2.Timestamp
    latency: _duration_pb2.Duration
    status: int
    external_id: str
    excerpt: str
    def __init__(self, number: _Optional[int] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., latency: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., status: _Optional[int] = ..., external_id: _Optional[str] = ..., excerpt: _Optional[str] = ...) -> None: ...

class GetActivityRequest(_message.Message):
    __slots__ = ("activity_id",)
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    activity_id: str
    def __init__(self, activity_id: _Optional[str] = ...) -> None: ...

class GetActivityResponse(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ...) -> None: ...

class ListActivitiesRequest(_message.Message):
    __slots__ = ("pod_id", "account_id", "states", "owner", "page_size", "page_token")
    POD_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pod_id: str
    account_id: str
    states: _containers.RepeatedScalarFieldContainer[ActivityState]
    owner: str
    page_size: int
    page_token: str
    def __init__(self, pod_id: _Optional[str] = ..., account_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[ActivityState, str]]] = ..., owner: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListActivitiesResponse(_message.Message):
    __slots__ = ("activities", "next_page_token")
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[Activity]
    next_page_token: str
    def __init__(self, activities: _Optional[_Iterable[_Union[Activity, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchActivitiesRequest(_message.Message):
    __slots__ = ("activity_ids",)
    ACTIVITY_IDS_FIELD_NUMBER: _ClassVar[int]
    activity_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, activity_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class WatchActivitiesResponse(_message.Message):
    __slots__ = ("activities",)
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[Activity]
    def __init__(self, activities: _Optional[_Iterable[_Union[Activity, _Mapping]]] = ...) -> None: ...

class CancelActivityRequest(_message.Message):
    __slots__ = ("activity_id",)
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    activity_id: str
    def __init__(self, activity_id: _Optional[str] = ...) -> None: ...

class CancelActivityResponse(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ...) -> None: ...

class ResumeAccountRequest(_message.Message):
    __slots__ = ("account_id",)
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    def __init__(self, account_id: _Optional[str] = ...) -> None: ...

class ResumeAccountResponse(_message.Message):
    __slots__ = ("account", "waiting")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    account: Account
    waiting: int
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ..., waiting: _Optional[int] = ...) -> None: ...
