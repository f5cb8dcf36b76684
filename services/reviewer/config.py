"""What the reviewer is told by its environment."""

from collections.abc import Mapping

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import DatabaseSettings, Port
from jobs.config import JobSettings
from services.reviewer.limits import FileLimits
from services.reviewer.models.settings import ModelsSettings
from services.reviewer.plans import Plan


class ReviewerSettings(JobSettings, DatabaseSettings, ModelsSettings):
    """Settings of `serve`, `work`, `run` and `migrate`; each is `ATELIER_REVIEWER_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="ATELIER_REVIEWER_", frozen=True, extra="forbid", populate_by_name=True
    )

    port: Port = 7430
    metrics_port: Port = 7439
    schema_name: str = Field("reviewer", pattern="^[a-z_]+$", description="The schema all tables stand in.")
    review_concurrency: int = Field(5, ge=1, le=100, description="Parts of reviews a process works on at once.")
    review_deadline_seconds: float = Field(
        3600.0, gt=0, description="A part that isn't done so long after its review was accepted is given up."
    )
    max_file_bytes: int = Field(50_000, ge=1, le=2**20, description="Larger files are skipped.")
    plan: str = Field("lite", pattern="^(lite|pro|business)$", description="The plan of whoever was given none.")
    lite_tokens: int = Field(200_000, ge=0, description="Tokens of models a month in the plan lite.")
    pro_tokens: int = Field(500_000, ge=0, description="Tokens of models a month in the plan pro.")
    business_tokens: int = Field(4_000_000, ge=0, description="Tokens of models a month in the plan business.")
    lite_requests: int = Field(1_000, ge=0, description="Reviews a month in the plan lite.")
    pro_requests: int = Field(5_000, ge=0, description="Reviews a month in the plan pro.")
    business_requests: int = Field(50_000, ge=0, description="Reviews a month in the plan business.")

    @field_validator("blobs_url")
    @classmethod
    def _is_needed(cls, value: str | None) -> str:
        if value is None:
            raise ValueError("must be set: what is to be reviewed is stored there until it is")
        return value

    @property
    def needed_blobs_url(self) -> str:
        """Where the object store is."""
        assert self.blobs_url is not None  # noqa: S101 - the field's validator has told
        return self.blobs_url

    @property
    def plans(self) -> Mapping[str, Plan]:
        """What each plan allows, by its name."""
        known = (
            Plan("LITE", self.lite_tokens, self.lite_requests),
            Plan("PRO", self.pro_tokens, self.pro_requests),
            Plan("BUSINESS", self.business_tokens, self.business_requests),
        )
        return {plan.name: plan for plan in known}

    @property
    def default_plan(self) -> str:
        """The name of the plan of whoever was given none."""
        return self.plan.upper()

    @property
    def file_limits(self) -> FileLimits:
        """The largest file that is reviewed."""
        return FileLimits(file_bytes=self.max_file_bytes)
