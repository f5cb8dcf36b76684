"""What the generator is told by its environment."""

import os
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import Port
from jobs.config import JobSettings
from services.generator.backends.settings import BackendSettings


class GeneratorSettings(JobSettings, BackendSettings):
    """Settings of `serve`, `work`, `run` and `migrate`; each is `ATELIER_GENERATOR_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="ATELIER_GENERATOR_", frozen=True, extra="forbid", populate_by_name=True
    )

    port: Port = 7420
    metrics_port: Port = 7429
    database_url: SecretStr = Field(description="PostgreSQL, as the role that owns the schema `generator`.")

    @field_validator("database_url")
    @classmethod
    def _is_an_address(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value

    schema_name: str = Field("generator", pattern="^[a-z_]+$", description="The schema all tables stand in.")
    pool_size: int = Field(10, ge=1, le=200, description="Connections a process holds at most.")
    statement_timeout_seconds: float = Field(60.0, gt=0, description="Bound on one SQL statement.")
    credits_per_image: int = Field(1, ge=1, le=1_000_000, description="What a variation costs.")
    variation_concurrency: int = Field(5, ge=1, le=100, description="Variations that a process works on at once.")
    drawing_processes: int = Field(0, ge=0, le=256, description="Processes that draw; 0: as many as there are cores.")

    @field_validator("blobs_url", "media_secret_file")
    @classmethod
    def _is_needed(cls, value: str | Path | None) -> str | Path:
        if value is None:
            raise ValueError("must be set: images are stored, and shown by signed addresses")
        return value

    @property
    def needed_blobs_url(self) -> str:
        """Where the object store is."""
        assert self.blobs_url is not None  # noqa: S101 - the field's validator has told
        return self.blobs_url

    @property
    def drawers(self) -> int:
        """How many processes draw."""
        return self.drawing_processes or len(os.sched_getaffinity(0))
