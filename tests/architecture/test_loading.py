"""What a process loads before it listens: nothing that its command has no use for, and without a search for garbage."""

import json
import subprocess
import sys

from tests.conftest import REPOSITORY

# A command that there isn't is refused where the commands begin, so this is what each of them has loaded.
REFUSED = """
import gc, json, runpy, sys
sys.argv[1:] = ["rest"]
try:
    runpy.run_module("services.reviewer", run_name="__main__", alter_sys=True)
except SystemExit:
    searches = [generation["collections"] for generation in gc.get_stats()]
    print(json.dumps({"modules": list(sys.modules), "searches": searches, "collects": gc.isenabled()}))
"""
FOR_MIGRATING = {"psycopg", "yoyo"}
FOR_TRACING = {"opentelemetry.exporter.otlp", "opentelemetry.instrumentation", "opentelemetry.sdk.trace.export"}
FOR_MODELS = {"anthropic", "openai", "pydantic_ai"}


def test_a_service_loads_nothing_that_only_some_have_a_use_for_and_collects_from_then_on() -> None:
    told = subprocess.run(
        [sys.executable, "-c", REFUSED], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60
    ).stdout

    loaded = json.loads(told)

    assert not set(loaded["modules"]) & (FOR_MIGRATING | FOR_TRACING | FOR_MODELS)
    assert loaded["searches"][2] == 0
    assert loaded["collects"]
