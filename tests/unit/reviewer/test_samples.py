"""The samples are what their index says, and the scan finds the secrets of all of them, and no other."""

import json
from collections import Counter
from typing import Any

import pytest

from services.reviewer.secrets.redactor import Redactor
from services.reviewer.secrets.scan import scan
from tests.invented_secrets import invented_secrets, plant
from tests.shared_data import REPOSITORY

SAMPLES = REPOSITORY / "tests" / "samples" / "reviewer"
INDEX: list[dict[str, Any]] = json.loads((SAMPLES / "index.json").read_text())


def code_of(sample: dict[str, Any]) -> str:
    return plant((SAMPLES / sample["path"]).read_text())


def test_the_index_lists_every_sample_and_its_clean_twin() -> None:
    files = {path.relative_to(SAMPLES).as_posix() for path in SAMPLES.glob("*/*")}
    clean = {sample["path"] for sample in INDEX if not sample["planted"]}

    assert {sample["path"] for sample in INDEX} == files
    assert {sample["twin"] for sample in INDEX if sample["planted"]} == clean
    assert len(files) >= 60


def test_each_language_has_faults_and_secrets() -> None:
    faults = Counter((sample["language"], one["category"]) for sample in INDEX for one in sample["planted"])

    languages = {"python", "javascript", "typescript", "shell", "go", "java", "rust"}
    assert {language for language, category in faults if category == "SECRET"} == languages
    assert {language for language, category in faults if category != "SECRET"} == languages


@pytest.mark.parametrize("sample", INDEX, ids=lambda sample: sample["path"])
def test_the_planted_secrets_are_found_and_nothing_else_is_taken_for_one(sample: dict[str, Any]) -> None:
    planted = [one["line"] for one in sample["planted"] if one["category"] == "SECRET"]

    found = [secret.place.start_line for secret in scan(code_of(sample), sample["language"])]

    assert found == planted


def test_no_planted_secret_passes_the_redactor() -> None:
    secrets = invented_secrets().values()

    left = [Redactor().redact(code_of(sample), sample["language"]).text for sample in INDEX]

    assert not [text for text in left if any(secret in text for secret in secrets)]
