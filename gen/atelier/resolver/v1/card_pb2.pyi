import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CardSet(_message.Message):
    __slots__ = ("id", "name", "series", "code", "total", "printed_total", "release_date")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    PRINTED_TOTAL_FIELD_NUMBER: _ClassVar[int]
    RELEASE_DATE_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    series: str
    code: str
    total: int
    printed_total: int
    release_date: _date_pb2.Date
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., series: _Optional[str] = ..., code: _Optional[str] = ..., total: _Optional[int] = ..., printed_total: _Optional[int] = ..., release_date: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class CardDetails(_message.Message):
    __slots__ = ("name", "number", "rarity", "set", "supertype", "types", "artist", "national_pokedex_numbers", "image_small", "image_large")
    NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    RARITY_FIELD_NUMBER: _ClassVar[int]
    SET_FIELD_NUMBER: _ClassVar[int]
    SUPERTYPE_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    NATIONAL_POKEDEX_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    IMAGE_SMALL_FIELD_NUMBER: _ClassVar[int]
    IMAGE_LARGE_FIELD_NUMBER: _ClassVar[int]
    name: str
    number: str
    rarity: str
    set: CardSet
    supertype: str
    types: _containers.RepeatedScalarFieldContainer[str]
    artist: str
    national_pokedex_numbers: _containers.RepeatedScalarFieldContainer[int]
    image_small: str
    image_large: str
    def __init__(self, name: _Optional[str] = ..., number: _Optional[str] = ..., rarity: _Optional[str] = ..., set: _Optional[_Union[CardSet, _Mapping]] = ..., supertype: _Optional[str] = ..., types: _Optional[_Iterable[str]] = ..., artist: _Optional[str] = ..., national_pokedex_numbers: _Optional[_Iterable[int]] = ..., image_small: _Optional[str] = ..., image_large: _Optional[str] = ...) -> None: ...

class Card(_message.Message):
    __slots__ = ("card_id", "catalog_id", "origin", "details", "create_time", "update_time")
    class Origin(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ORIGIN_UNSPECIFIED: _ClassVar[Card.Origin]
        ORIGIN_CATALOG: _ClassVar[Card.Origin]
        ORIGIN_EMBEDDING: _ClassVar[Card.Origin]
    ORIGIN_UNSPECIFIED: Card.Origin
    ORIGIN_CATALOG: Card.Origin
    ORIGIN_EMBEDDING: Card.Origin
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    CATALOG_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    card_id: str
    catalog_id: str
    origin: Card.Origin
    details: CardDetails
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, card_id: _Optional[str] = ..., catalog_id: _Optional[str] = ..., origin: _Optional[_Union[Card.Origin, str]] = ..., details: _Optional[_Union[CardDetails, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
