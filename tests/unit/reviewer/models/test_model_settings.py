import json
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.reviewer.models.model import CallUsage
from services.reviewer.models.prices import Price, cost
from services.reviewer.models.prompt import Matter, Passage, Task, describe_findings, make_prompt
from services.reviewer.models.schema import ModelReview
from services.reviewer.models.settings import ModelsSettings, read_models
from services.reviewer.models.tokens import least_tokens, most_tokens
from services.reviewer.secrets.redactor import Redactor
from tests.unit.reviewer.findings import finding

PRICES = {"a:b": Price(Decimal("3"), Decimal("15")), "c:d": Price(Decimal("0.25"), Decimal("1.25"))}


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text("sk-key\n")
    return path


def test_models_are_named_by_provider_with_commas_between() -> None:
    assert read_models("anthropic:claude-x, local:qwen:7b") == [("anthropic", "claude-x"), ("local", "qwen:7b")]
    assert read_models("none") == []


@pytest.mark.parametrize("models", ["", "claude", "gemini:x", "openai:", "local:a,", "none,local:a", "openai:x"])
def test_models_that_cannot_be_asked_are_refused(models: str) -> None:
    with pytest.raises(ValidationError):
        ModelsSettings(models=models)


def test_a_provider_with_its_key_is_taken(key_file: Path) -> None:
    settings = ModelsSettings(models="openai:x,local:y", openai_api_key_file=key_file)

    assert settings.models == "openai:x,local:y"


@pytest.mark.parametrize("content", ["", "two words", "ключ", "a\nb"])
def test_a_file_without_a_key_is_refused(key_file: Path, content: str) -> None:
    key_file.write_text(content)

    with pytest.raises(ValidationError):
        ModelsSettings(anthropic_api_key_file=key_file)


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:80", "ftp://host", "http://", "http://u:p@host", "http://host?x", "http://host:x", "http://[h"],
)
def test_an_address_must_be_one(url: str) -> None:
    with pytest.raises(ValidationError):
        ModelsSettings(local_url=url)


def test_prices_are_read_exactly() -> None:
    settings = ModelsSettings.model_validate({"prices": {"a:b": {"input": "0.1", "output": 0.3}}})

    assert settings.prices == {"a:b": Price(Decimal("0.1"), Decimal("0.3"))}


@pytest.mark.parametrize("price", [{"input": -1, "output": 1}, {"input": 1}, {"input": "NaN", "output": 1}])
def test_a_price_must_be_one(price: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ModelsSettings.model_validate({"prices": {"a:b": price}})


def test_answers_are_kept_a_day_and_those_on_errors_an_hour() -> None:
    kept = {task: ModelsSettings().cache_seconds(task) for task in Task}

    assert kept == {Task.REVIEW: 86_400, Task.DEBUG: 3_600, Task.ARCHITECTURE: 86_400}


def test_calls_cost_what_their_tokens_cost_exactly() -> None:
    usages = [CallUsage("a:b", 1_234, 56), CallUsage("c:d", 1, 0)]

    assert cost(usages, PRICES) == Decimal("0.00454225")


@pytest.mark.parametrize("usages", [[], [CallUsage("other", 1, 1)], [CallUsage("a:b", 1, 1), CallUsage("other", 1, 1)]])
def test_what_has_no_price_costs_nothing_known(usages: list[CallUsage]) -> None:
    assert cost(usages, PRICES) is None


def test_the_estimates_lie_on_either_side() -> None:
    code = "def mean(xs):\n    return sum(xs) / len(xs)\n" * 100

    assert least_tokens(code) < len(code) / 3 < most_tokens(code)
    assert most_tokens("語" * 100) - most_tokens("") == 150


def test_a_prompt_is_within_its_estimate() -> None:
    """By the fewest bytes a token that tokenisers come to."""
    text = "x = 1\n" * 500
    evidence = describe_findings([finding("ruff/S605", line) for line in range(1, 500)])
    redact = Redactor().redact
    file = Passage(matter=Matter.FILE, text=redact(text), path=redact("src/app.py"), language="python")

    prompt = make_prompt(Task.REVIEW, [file, Passage(matter=Matter.LINTERS, text=redact(evidence))])

    schema = json.dumps(ModelReview.model_json_schema())
    assert len((prompt.instructions + prompt.text + schema).encode()) / 2.4 < most_tokens(text)
