"""What the generator is told by its environment."""

import os
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import DatabaseSettings, Port
from jobs.config import JobSettings
from services.generator.backends.settings import BackendSettings


class GeneratorSettings(JobSettings, DatabaseSettings, BackendSettings):
    """Settings of `serve`, `work`, `run` and `migrate`; each is `ATELIER_GENERATOR_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="ATELIER_GENERATOR_", frozen=True, extra="forbid", populate_by_name=True
    )

    port: Port = 7420
    metrics_port: Port = 7429
    schema_name: str = Field("generator", pattern="^[a-z_]+$", description="The schema all tables stand in.")
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
