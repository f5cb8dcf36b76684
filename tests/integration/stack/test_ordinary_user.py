"""The stack as an ordinary user, when the tests run as root."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.stack.accounts import Account, may_search

NOBODY = Account(65534, 65534)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the other tests already run as an ordinary user")


# Python itself may lie in root's home, which is closed to others. In a mount namespace of its own, so that nothing on
# the machine changes, an open folder takes the closed one's place and holds Python alone.
RUN_AS_NOBODY = """
closed="$1"; python="$2"; spare="$3"; shift 3
if [ -n "$closed" ]; then
    mkdir -p "$spare" && mount --bind "$python" "$spare" && mount -t tmpfs -o mode=755 tmpfs "$closed"
    mkdir -p "$python" && mount --move "$spare" "$python" || exit 1
fi
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
"""


@pytest.fixture
def as_nobody(root: Path) -> dict[str, Any]:
    """How run_script runs as the user nobody, with a folder of its own."""
    python = Path(sys.base_prefix).resolve()
    closed = next((str(folder) for folder in reversed(python.parents) if not may_search(folder, NOBODY)), "")
    spare = root.parent / "python"
    prefix = ["unshare", "--mount", "sh", "-c", RUN_AS_NOBODY, "sh", closed, str(python), str(spare)]
    try:
        subprocess.run([*prefix, sys.executable, "-c", "import grpc"], check=True, capture_output=True)
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"an ordinary user can't run this Python here: {getattr(error, 'stderr', error)!r}")
    os.chown(root.parent, NOBODY.uid, NOBODY.gid)
    return {"prefix": prefix, "env": {"HOME": str(root.parent), "PYTHONDONTWRITEBYTECODE": "1"}}


def test_ordinary_user_runs_every_part_as_himself(
    run_script: Callable[..., Any], as_nobody: dict[str, Any], root: Path
) -> None:
    script = run_script(**as_nobody)
    script.wait_ready()

    users = {process.uids().effective for process in script.descendants()}
    script.process.send_signal(signal.SIGINT)

    assert script.finish() == 0
    assert users == {NOBODY.uid}
    assert {path.stat().st_uid for path in root.rglob("*")} == {NOBODY.uid}


def test_folder_that_can_not_be_written_is_one_sentence(
    run_script: Callable[..., Any], as_nobody: dict[str, Any], root: Path
) -> None:
    os.chown(root.parent, 0, 0)

    script = run_script(**as_nobody)

    assert script.finish() == 1
    assert script.output == [
        f"The state folder {root} can't be written (Permission denied): make it writable, or choose another folder.\n"
    ]


@pytest.mark.usefixtures("initialised")
def test_root_may_start_on_a_users_folder_and_the_user_again_after(
    run_script: Callable[..., Any], as_nobody: dict[str, Any], root: Path
) -> None:
    for path in (root, *root.rglob("*")):
        os.chown(path, NOBODY.uid, NOBODY.gid)
    first = run_script(**as_nobody)
    first.wait_ready()
    first.process.terminate()
    first.finish()

    as_root = run_script()
    as_root.wait_ready()
    as_root.process.terminate()
    as_root.finish()

    again = run_script(**as_nobody)
    again.wait_ready()
