"""What may know what."""

import re
import subprocess
import sysconfig
from pathlib import Path

from tests.conftest import REPOSITORY

SCRIPTS = Path(sysconfig.get_path("scripts"))
LEFTOVERS = {"utils", "util", "common", "helpers", "base", "manager", "misc"}


def own_modules() -> list[Path]:
    folders = ("bench", "chassis", "cli", "gateway", "jobs", "services")
    return [path for folder in folders for path in (REPOSITORY / folder).rglob("*.py")]


def test_imports_go_down_the_layers_only() -> None:
    done = subprocess.run([SCRIPTS / "lint-imports", "--no-logo"], cwd=REPOSITORY, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_is_named_for_leftovers() -> None:
    assert [path for path in own_modules() if path.stem in LEFTOVERS] == []


def test_only_settings_read_the_environment() -> None:
    # Replicas and the stack hand the environment on to their children, and benchmarks to their contestants; crash tests
    # say where a process should die; the weights' libraries are kept off the network, and gRPC told its sockets, by no
    # other means.
    allowed = {"chassis/settings.py", "chassis/replicas.py", "cli/config.py", "jobs/points.py"}
    allowed |= {"services/generator/backends/diffusers/pipelines.py", "chassis/loading.py"}
    handing_on = ("bench/", "cli/stack/")
    reading = re.compile(r"os\.(environ|getenv)")

    readers = {str(path.relative_to(REPOSITORY)) for path in own_modules() if reading.search(path.read_text())}

    assert {name for name in readers - allowed if not name.startswith(handing_on)} == set()


def test_the_stubs_are_what_the_protos_give() -> None:
    command = [str(SCRIPTS / "python"), "protos/generate.py", "--check"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_the_protos_pass_buf_lint() -> None:
    done = subprocess.run(
        [SCRIPTS / "buf", "lint", "gen/atelier.binpb"], cwd=REPOSITORY, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout
