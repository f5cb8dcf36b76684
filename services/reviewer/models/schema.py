"""What a model is asked to fill in. It is told the words allowed; whether it kept to them is checked afterwards.

A finding that isn't of this form costs that finding alone, and not the whole answer: see `validation.py`.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from services.reviewer.finding import Category, Severity


def _words(words: list[str]) -> Any:
    return Field(json_schema_extra={"enum": words})  # type: ignore[dict-item]


class ModelFinding(BaseModel):
    """A finding in a model's words. The descriptions are part of the prompt."""

    model_config = ConfigDict(frozen=True)

    rule: str = Field(description="What kind of problem it is, in two or three words: race-condition")
    severity: str = _words([severity.name for severity in Severity])
    category: str = _words([category.value for category in Category])
    message: str = Field(description="What is wrong, and why it matters, in a sentence or two")
    file: int = Field(description="The number of the file that it is in")
    start_line: int = Field(description="The first line that it is about, by the numbers shown")
    end_line: int = Field(description="The last line that it is about")
    replacement: str | None = Field(
        description="The text that should stand in the place of these lines, whole lines without numbers; null when "
        "you aren't sure that it would work as it is"
    )
    confidence: float = Field(description="How sure you are, from 0 to 1", allow_inf_nan=False)


class ModelReview(BaseModel):
    """An answer in a model's words."""

    summary: str = Field(description="What there is to say of the whole, in two to five sentences")
    findings: list[SkipValidation[ModelFinding]]
