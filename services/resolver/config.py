"""What the resolver is told by its environment."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import Port
from jobs.config import JobSettings


class ResolverSettings(JobSettings):
    """Settings of `serve`, `work`, `run` and `migrate`; each is `ATELIER_RESOLVER_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="ATELIER_RESOLVER_", frozen=True, extra="forbid", populate_by_name=True
    )

    port: Port = 7410
    metrics_port: Port = 7419
    database_url: SecretStr = Field(description="PostgreSQL, as the role that owns the schema `resolver`.")

    @field_validator("database_url")
    @classmethod
    def _is_an_address(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value

    schema_name: str = Field("resolver", pattern="^[a-z_]+$", description="The schema all tables stand in.")
    pool_size: int = Field(10, ge=1, le=200, description="Connections a process holds at most.")
    statement_timeout_seconds: float = Field(60.0, gt=0, description="Bound on one SQL statement.")
    embedding_dimensions: int = Field(512, ge=1, le=4096, description="Numbers in an embedding; all have as many.")
    scan_concurrency: int = Field(5, ge=1, le=100, description="Scans that a process works on at once.")
    auto_creation_failure_threshold: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Share of resolutions that fail for an incomplete embedding, above which it alerts.",
    )
