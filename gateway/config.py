"""What the gateway is told by its environment."""

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import Port, ProcessSettings
from gateway.limits.limit import Limit
from gateway.limits.methods import MethodClass

ADDRESS_SUFFIX = "_address"
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?")


class GatewaySettings(ProcessSettings):
    """Settings of `serve`; each is `ATELIER_GATEWAY_<NAME>`. A field `<service>_address` makes a service known."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_GATEWAY_", frozen=True, extra="forbid", populate_by_name=True)

    port: Port = 7400
    metrics_port: Port = 7409
    http_port: Port = Field(7401, description="Connect, gRPC-Web and curl; 0 lets the system choose.")
    http_connections: int = Field(1000, ge=1, description="HTTP connections held at most; more are answered 503.")
    http_header_bytes: int = Field(32 * 2**10, ge=2**10, description="Largest head of an HTTP request.")
    http_head_seconds: float = Field(10.0, gt=0, description="How long the head of an HTTP request may take to come.")
    http_body_seconds: float = Field(600.0, gt=0, description="How long its body may take to come, as a whole.")
    http_idle_seconds: float = Field(30.0, gt=0, description="How long an HTTP peer may send, or take, nothing.")
    limit_steer: str = Field("240000/minute", description="Calls a user may make that cancel, pause, resume or retry.")
    limit_work: str = Field("240000/minute", description="Calls a user may make that change something else.")
    limit_read: str = Field("240000/minute", description="Calls a user may make that only look; empty: no limit.")
    limit_watch: str = Field("12000/minute", description="Streams a user may open that are told what changes.")
    limit_bulk: str = Field("12000/minute", description="Uploads and downloads a user may begin.")
    user_calls: int = Field(1_000, ge=1, description="Unary calls that a user may have under way.")
    user_streams: int = Field(1_000, ge=1, description="Streams that a user may have open.")
    calls: int = Field(2_000, ge=1, description="Unary calls of one service under way that a process is full with.")
    streams: int = Field(20_000, ge=1, description="Streams of one service that a process is full with.")
    full_lag_seconds: float = Field(0.8, gt=0, description="How late its timers may come until a process is full.")
    stream_idle_seconds: float = Field(
        60.0, gt=0, description="How long a caller may send, or take, nothing on a stream."
    )
    stream_silent_seconds: float = Field(7200.0, gt=0, description="How long nothing at all may pass on a stream.")
    cors_origins: str = Field("", description="Sites whose pages may call, split by commas; `*`: any; empty: none.")
    resolver_address: str = Field("127.0.0.1:7410", description="Where the resolver listens (gRPC); empty: nowhere.")
    generator_address: str = Field("127.0.0.1:7420", description="Where the generator listens; empty: nowhere.")
    reviewer_address: str = Field("127.0.0.1:7430", description="Where the reviewer listens; empty: nowhere.")
    engager_address: str = Field("127.0.0.1:7440", description="Where the engager listens; empty: nowhere.")

    # A field that is wrong itself isn't in `told.data`, and was reported already.
    @field_validator("media_secret_file")
    @classmethod
    def _both_or_no_pictures(cls, path: Path | None, told: ValidationInfo) -> Path | None:
        if "blobs_url" in told.data and (path is None) != (told.data["blobs_url"] is None):
            raise ValueError("set both ATELIER_BLOBS_URL and ATELIER_MEDIA_SECRET_FILE to show pictures, or neither")
        return path

    @field_validator("limit_steer", "limit_work", "limit_read", "limit_watch", "limit_bulk")
    @classmethod
    def _are_limits(cls, told: str) -> str:
        if told:
            Limit.parse(told)
        return told

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, told: str) -> str:
        wrong = [one for one in _words(told) if one != "*" and not ORIGIN.fullmatch(one)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no origin such as https://example.org or http://localhost:5173")
        return told

    @property
    def limits(self) -> Mapping[MethodClass, Limit]:
        """What a user may call, by class; a class that is missing has no limit."""
        told = {one: getattr(self, f"limit_{one}") for one in MethodClass}
        return {one: Limit.parse(text) for one, text in told.items() if text}

    @property
    def origins(self) -> list[str]:
        """The sites whose pages may call."""
        return _words(self.cors_origins)

    @property
    def addresses(self) -> Mapping[str, str]:
        """Every configured service and where it listens; a service that isn't run anywhere has an empty address."""
        fields = [name for name in type(self).model_fields if name.endswith(ADDRESS_SUFFIX)]
        return {name.removesuffix(ADDRESS_SUFFIX): getattr(self, name) for name in fields if getattr(self, name)}


def _words(told: str) -> list[str]:
    return [word.strip() for word in told.split(",") if word.strip()]
