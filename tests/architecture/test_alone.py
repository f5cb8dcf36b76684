"""Each process starts from a copy of only its own folder and what it may stand on."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Schema

START = """
import sys
sys.path[:0] = [{folder!r}, {folder!r} + "/gen", {site!r}]
sys.argv[0] = "{module}"
import runpy
runpy.run_module("{module}", run_name="__main__", alter_sys=True)
"""


def copy(folder: Path, *parts: str) -> None:
    # With what is compiled already: Python reads it only beside its source, and compiling again takes long.
    for part in parts:
        shutil.copytree(REPOSITORY / part, folder / part, ignore=shutil.ignore_patterns("node_modules"))


def start(folder: Path, module: str, command: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    program = START.format(folder=str(folder), site=sysconfig.get_path("purelib"), module=module)
    # -S leaves out the path file by which this repository is otherwise found.
    return subprocess.Popen(
        [sys.executable, "-S", "-c", program, command],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process: subprocess.Popen[str], words: str) -> list[str]:
    """The log up to the line that holds `words`; ends the process and fails when it ends first."""
    lines: list[str] = []
    assert process.stderr is not None
    for line in process.stderr:
        lines.append(line)
        if words in line:
            return lines
    pytest.fail(f"it ended with {process.wait()}:\n{''.join(lines)}")


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "jwt"
    path.write_text("s" * 64)
    return str(path)


@pytest.mark.parametrize(
    ("service", "stands_on"),
    [
        ("resolver", ["jobs", "chassis"]),
        ("generator", ["jobs", "ledger", "chassis"]),
        ("reviewer", ["jobs", "ledger", "chassis"]),
        ("engager", ["jobs", "chassis"]),
    ],
)
def test_a_service_starts_alone(
    tmp_path: Path, empty_schema: Schema, secret: str, service: str, stands_on: list[str]
) -> None:
    folder, module, prefix = tmp_path / "alone", f"services.{service}", f"ATELIER_{service.upper()}"
    copy(folder, f"services/{service}", *stands_on, "gen")
    environment = {
        f"{prefix}_DATABASE_URL": empty_schema.url.get_secret_value(),
        f"{prefix}_SCHEMA_NAME": empty_schema.name,
        f"{prefix}_PORT": "0",
        f"{prefix}_METRICS_PORT": "0",
        "ATELIER_JWT_SECRET_FILE": secret,
        "ATELIER_MEDIA_SECRET_FILE": secret,
        "ATELIER_BLOBS_URL": (tmp_path / "blobs").as_uri(),
    }

    migrating = start(folder, module, "migrate", environment)
    _, said = migrating.communicate(timeout=60)
    running = start(folder, module, "run", environment)
    wait_for(running, '"started"')
    running.terminate()
    running.communicate(timeout=20)

    assert migrating.returncode == 0, said
    assert running.returncode == 0


def test_the_gateway_starts_alone(tmp_path: Path, secret: str) -> None:
    folder = tmp_path / "alone"
    copy(folder, "gateway", "chassis", "gen")
    environment = {
        "ATELIER_GATEWAY_PORT": "0",
        "ATELIER_GATEWAY_HTTP_PORT": "0",
        "ATELIER_GATEWAY_METRICS_PORT": "0",
        "ATELIER_JWT_SECRET_FILE": secret,
    }

    gateway = start(folder, "gateway", "serve", environment)
    wait_for(gateway, '"started"')
    gateway.terminate()
    gateway.communicate(timeout=20)

    assert gateway.returncode == 0
