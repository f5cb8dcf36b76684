"""What the resolver is told by its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import DatabaseSettings, Port
from jobs.config import JobSettings


class ResolverSettings(JobSettings, DatabaseSettings):
    """Settings of `serve`, `work`, `run` and `migrate`; each is `ATELIER_RESOLVER_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="ATELIER_RESOLVER_", frozen=True, extra="forbid", populate_by_name=True
    )

    port: Port = 7410
    metrics_port: Port = 7419
    schema_name: str = Field("resolver", pattern="^[a-z_]+$", description="The schema all tables stand in.")
    embedding_dimensions: int = Field(512, ge=1, le=4096, description="Numbers in an embedding; all have as many.")
    scan_concurrency: int = Field(5, ge=1, le=100, description="Scans that a process works on at once.")
    auto_creation_failure_threshold: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Share of resolutions that fail for an incomplete embedding, above which it alerts.",
    )
