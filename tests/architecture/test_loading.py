"""What a process loads before it listens: nothing that its command has no use for, and without a search for garbage."""

import json
import subprocess
import sys
from typing import Any

from tests.conftest import REPOSITORY

LOADED = """
import gc, json, runpy, sys
try:
    runpy.run_module("services.reviewer", run_name="__main__", alter_sys=True)
except SystemExit:
    searches = [generation["collections"] for generation in gc.get_stats()]
    print(json.dumps({"modules": list(sys.modules), "searches": searches, "collects": gc.isenabled()}))
"""
FOR_MIGRATING = {"psycopg", "yoyo"}
FOR_TRACING = {"opentelemetry.exporter.otlp", "opentelemetry.instrumentation", "opentelemetry.sdk.trace.export"}
FOR_MODELS = {"anthropic", "openai", "pydantic_ai"}


def loaded_by(command: str) -> Any:
    """What `python -m services.reviewer` has loaded when it does, or refuses, what the command says."""
    told = subprocess.run(
        [sys.executable, "-c", LOADED, command], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(told.stdout)


def test_a_service_loads_nothing_that_only_some_have_a_use_for_and_collects_from_then_on() -> None:
    # A command that there isn't is refused where the commands begin, so this is what each of them has loaded.
    loaded = loaded_by("rest")

    assert not set(loaded["modules"]) & (FOR_MIGRATING | FOR_TRACING | FOR_MODELS)
    assert loaded["searches"][2] == 0
    assert loaded["collects"]


def test_who_migrates_loads_no_service() -> None:
    # It ends where it finds no settings.
    assert "services.reviewer.process" not in loaded_by("migrate")["modules"]
