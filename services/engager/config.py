"""What the engager is told by its environment."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import DatabaseSettings, Port
from jobs.config import JobSettings


class EngagerSettings(JobSettings, DatabaseSettings):
    """Settings of `serve`, `work`, `run` and `migrate`; each is `ATELIER_ENGAGER_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_ENGAGER_", frozen=True, extra="forbid", populate_by_name=True)

    port: Port = 7440
    metrics_port: Port = 7449
    schema_name: str = Field("engager", pattern="^[a-z_]+$", description="The schema all tables stand in.")
    pool_size: int = Field(20, ge=1, le=200, description="Connections a process holds at most.")
    activity_concurrency: int = Field(50, ge=1, le=1000, description="Activities a process carries out at once.")
    account_concurrency: int = Field(
        1, ge=1, le=100, description="Activities of one account that are carried out at once, over all processes."
    )
    call_seconds: float = Field(30.0, gt=0, le=300, description="Bound on one call of a connector, all in all.")
    deadline_seconds: float = Field(
        30 * 86400.0, gt=0, description="An activity that can't be carried out so long after its time is given up."
    )
    secrets_folder: Path | None = Field(
        None, description="Folder with a file for each secret that signs calls of webhooks; unset: there are none."
    )
    allow_http: bool = Field(False, description="Whether webhooks may be called by http, unencrypted.")
    allowed_networks: str = Field(
        "", description="Networks that webhooks may stand in though they aren't public, such as 10.0.0.0/8,fd00::/8."
    )

    @field_validator("secrets_folder")
    @classmethod
    def _is_a_folder(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError(f"{folder} is not a folder")
        return folder

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        _networks(value)
        return value

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Those of `allowed_networks`."""
        return _networks(self.allowed_networks)


def _networks(told: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks between commas. Raises ValueError."""
    return tuple(ip_network(name.strip()) for name in told.split(",") if name.strip())
