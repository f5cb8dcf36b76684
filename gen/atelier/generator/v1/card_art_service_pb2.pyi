import datetime

from atelier.generator.v1 import generation_service_pb2 as _generation_service_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CardKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CARD_KIND_UNSPECIFIED: _ClassVar[CardKind]
    CARD_KIND_BATTING: _ClassVar[CardKind]
    CARD_KIND_PITCHING: _ClassVar[CardKind]

class CardTier(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CARD_TIER_UNSPECIFIED: _ClassVar[CardTier]
    CARD_TIER_COMMON: _ClassVar[CardTier]
    CARD_TIER_UNCOMMON: _ClassVar[CardTier]
    CARD_TIER_RARE: _ClassVar[CardTier]
    CARD_TIER_EPIC: _ClassVar[CardTier]
    CARD_TIER_LEGENDARY: _ClassVar[CardTier]
CARD_KIND_UNSPECIFIED: CardKind
CARD_KIND_BATTING: CardKind
CARD_KIND_PITCHING: CardKind
CARD_TIER_UNSPECIFIED: CardTier
CARD_TIER_COMMON: CardTier
CARD_TIER_UNCOMMON: CardTier
CARD_TIER_RARE: CardTier
CARD_TIER_EPIC: CardTier
CARD_TIER_LEGENDARY: CardTier

class PlayerRecord(_message.Message):
    __slots__ = ("player_id", "details")
    PLAYER_ID_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    player_id: str
    details: _struct_pb2.Struct
    def __init__(self, player_id: _Optional[str] = ..., details: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class ImportPlayersRequest(_message.Message):
    __slots__ = ("records",)
    class Records(_message.Message):
        __slots__ = ("records",)
        RECORDS_FIELD_NUMBER: _ClassVar[int]
        records: _containers.RepeatedCompositeFieldContainer[PlayerRecord]
        def __init__(self, records: _Optional[_Iterable[_Union[PlayerRecord, _Mapping]]] = ...) -> None: ...
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: ImportPlayersRequest.Records
    def __init__(self, records: _Optional[_Union[ImportPlayersRequest.Records, _Mapping]] = ...) -> None: ...

class ImportPlayersResponse(_message.Message):
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
    rejections: _containers.RepeatedCompositeFieldContainer[RejectedPlayer]
    def __init__(self, received: _Optional[int] = ..., inserted: _Optional[int] = ..., updated: _Optional[int] = ..., unchanged: _Optional[int] = ..., rejected: _Optional[int] = ..., rejections: _Optional[_Iterable[_Union[RejectedPlayer, _Mapping]]] = ...) -> None: ...

class RejectedPlayer(_message.Message):
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

class RenderCardRequest(_message.Message):
    __slots__ = ("player_id", "kind", "variant", "tier")
    PLAYER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    player_id: str
    kind: CardKind
    variant: int
    tier: CardTier
    def __init__(self, player_id: _Optional[str] = ..., kind: _Optional[_Union[CardKind, str]] = ..., variant: _Optional[int] = ..., tier: _Optional[_Union[CardTier, str]] = ...) -> None: ...

class RenderCardResponse(_message.Message):
    __slots__ = ("card_image",)
    CARD_IMAGE_FIELD_NUMBER: _ClassVar[int]
    card_image: CardImage
    def __init__(self, card_image: _Optional[_Union[CardImage, _Mapping]] = ...) -> None: ...

class CardImage(_message.Message):
    __slots__ = ("name", "player_id", "kind", "variant", "tier", "image", "cached", "seconds", "image_url", "create_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PLAYER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    IMAGE_URL_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    player_id: str
    kind: CardKind
    variant: int
    tier: CardTier
    image: _generation_service_pb2.Image
    cached: bool
    seconds: float
    image_url: str
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., player_id: _Optional[str] = ..., kind: _Optional[_Union[CardKind, str]] = ..., variant: _Optional[int] = ..., tier: _Optional[_Union[CardTier, str]] = ..., image: _Optional[_Union[_generation_service_pb2.Image, _Mapping]] = ..., cached: _Optional[bool] = ..., seconds: _Optional[float] = ..., image_url: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetCardImageRequest(_message.Message):
    __slots__ = ("sha256",)
    SHA256_FIELD_NUMBER: _ClassVar[int]
    sha256: str
    def __init__(self, sha256: _Optional[str] = ...) -> None: ...

class GetCardImageResponse(_message.Message):
    __slots__ = ("image", "data")
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    image: _generation_service_pb2.Image
    data: bytes
    def __init__(self, image: _Optional[_Union[_generation_service_pb2.Image, _Mapping]] = ..., data: _Optional[bytes] = ...) -> None: ...

class ListCardImagesRequest(_message.Message):
    __slots__ = ("player_id", "page_size", "page_token")
    PLAYER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    player_id: str
    page_size: int
    page_token: str
    def __init__(self, player_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCardImagesResponse(_message.Message):
    __slots__ = ("card_images", "next_page_token")
    CARD_IMAGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    card_images: _containers.RepeatedCompositeFieldContainer[CardImage]
    next_page_token: str
    def __init__(self, card_images: _Optional[_Iterable[_Union[CardImage, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
