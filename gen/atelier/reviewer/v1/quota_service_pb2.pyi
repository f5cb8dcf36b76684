import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Plan(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAN_UNSPECIFIED: _ClassVar[Plan]
    PLAN_LITE: _ClassVar[Plan]
    PLAN_PRO: _ClassVar[Plan]
    PLAN_BUSINESS: _ClassVar[Plan]
PLAN_UNSPECIFIED: Plan
PLAN_LITE: Plan
PLAN_PRO: Plan
PLAN_BUSINESS: Plan

class Budget(_message.Message):
    __slots__ = ("limit", "used", "reserved")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FIELD_NUMBER: _ClassVar[int]
    limit: int
    used: int
    reserved: int
    def __init__(self, limit: _Optional[int] = ..., used: _Optional[int] = ..., reserved: _Optional[int] = ...) -> None: ...

class Quota(_message.Message):
    __slots__ = ("owner", "plan", "tokens", "requests", "reset_time")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    RESET_TIME_FIELD_NUMBER: _ClassVar[int]
    owner: str
    plan: Plan
    tokens: Budget
    requests: Budget
    reset_time: _timestamp_pb2.Timestamp
    def __init__(self, owner: _Optional[str] = ..., plan: _Optional[_Union[Plan, str]] = ..., tokens: _Optional[_Union[Budget, _Mapping]] = ..., requests: _Optional[_Union[Budget, _Mapping]] = ..., reset_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetQuotaRequest(_message.Message):
    __slots__ = ("owner",)
    OWNER_FIELD_NUMBER: _ClassVar[int]
    owner: str
    def __init__(self, owner: _Optional[str] = ...) -> None: ...

class GetQuotaResponse(_message.Message):
    __slots__ = ("quota",)
    QUOTA_FIELD_NUMBER: _ClassVar[int]
    quota: Quota
    def __init__(self, quota: _Optional[_Union[Quota, _Mapping]] = ...) -> None: ...

class SetPlanRequest(_message.Message):
    __slots__ = ("owner", "plan")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    owner: str
    plan: Plan
    def __init__(self, owner: _Optional[str] = ..., plan: _Optional[_Union[Plan, str]] = ...) -> None: ...

class SetPlanResponse(_message.Message):
    __slots__ = ("quota",)
    QUOTA_FIELD_NUMBER: _ClassVar[int]
    quota: Quota
    def __init__(self, quota: _Optional[_Union[Quota, _Mapping]] = ...) -> None: ...
