"""What the gateway is told by its environment."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import Port, ProcessSettings

ADDRESS_SUFFIX = "_address"


class GatewaySettings(ProcessSettings):
    """Settings of `serve`; each is `ATELIER_GATEWAY_<NAME>`. A field `<service>_address` makes a service known."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_GATEWAY_", frozen=True, extra="forbid", populate_by_name=True)

    port: Port = 7400
    metrics_port: Port = 7409
    http_port: Port = Field(7401, description="Connect, gRPC-Web and curl; 0 lets the system choose.")
    http_connections: int = Field(1000, ge=1, description="HTTP connections held at most; more are answered 503.")
    http_header_bytes: int = Field(32 * 2**10, ge=2**10, description="Largest head of an HTTP request.")
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

    @property
    def addresses(self) -> Mapping[str, str]:
        """Every configured service and where it listens; a service that isn't run anywhere has an empty address."""
        fields = [name for name in type(self).model_fields if name.endswith(ADDRESS_SUFFIX)]
        return {name.removesuffix(ADDRESS_SUFFIX): getattr(self, name) for name in fields if getattr(self, name)}
