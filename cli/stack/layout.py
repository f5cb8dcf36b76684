"""Where everything of one local stack lies: its folders, and nothing about what is in the files."""

import hashlib
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cli.stack.problems import StackError, folder_problem

DEFAULT_ROOT = Path(".atelier")
# sockaddr_un holds 104 bytes on macOS and 108 on Linux, the final NUL included.
LONGEST_SOCKET_PATH = 100
POSTGRES_SOCKET = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Layout:
    """The paths under `root`, an absolute path. Making a Layout touches no disk; `prepare` does."""

    root: Path

    @classmethod
    def of(cls, root: Path) -> "Layout":
        """The layout of a folder given in any form."""
        return cls(Path(os.path.abspath(root.expanduser())))

    @property
    def postgres(self) -> Path:
        """The data of PostgreSQL."""
        return self.root / "postgres"

    @property
    def redis(self) -> Path:
        """The working folder of Redis; it keeps nothing there."""
        return self.root / "redis"

    @property
    def blobs(self) -> Path:
        """The object store."""
        return self.root / "blobs"

    @property
    def log(self) -> Path:
        """The one log."""
        return self.root / "log" / "atelier.log"

    @property
    def secrets(self) -> Path:
        """Passwords and keys; for us alone."""
        return self.root / "secrets"

    @property
    def jwt_secret(self) -> Path:
        """The key that signs tokens."""
        return self.secrets / "jwt"

    @property
    def media_secret(self) -> Path:
        """The key that signs the addresses of pictures."""
        return self.secrets / "media"

    @property
    def webhook_secrets(self) -> Path:
        """Secrets that sign calls of webhooks, a file each, which whoever calls them puts there."""
        return self.root / "webhooks"

    @property
    def token(self) -> Path:
        """A token for the person at this machine."""
        return self.root / "token"

    @property
    def lock(self) -> Path:
        """Held while a stack runs; says who."""
        return self.root / "lock"

    @property
    def children(self) -> Path:
        """The processes that the running stack has started."""
        return self.root / "children.json"

    @property
    def run(self) -> Path:
        """The sockets: under the root, or under the temporary folder where the root's path is too long for a socket."""
        near = self.root / "run"
        if len(os.fsencode(near / "postgres" / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH:
            return near
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"atelier-{os.geteuid()}-{digest}"

    @property
    def postgres_run(self) -> Path:
        """The folder of PostgreSQL's socket."""
        return self.run / "postgres"

    @property
    def redis_socket(self) -> Path:
        """The socket of Redis."""
        return self.run / "redis" / "redis.sock"

    def prepare(self) -> None:
        """Make what is missing. Raises StackError when the root can't be written. Deletes nothing."""
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=_passage_mode())
            for folder in (self.redis, self.blobs, self.log.parent, self.secrets, self.webhook_secrets):
                folder.mkdir(exist_ok=True, mode=0o700)
            self.secrets.chmod(0o700)
            # The folder holds secrets and is nobody's source code.
            (self.root / ".gitignore").write_text("*\n")
        except OSError as error:
            raise folder_problem(self.root, error) from error

    def prepare_run(self) -> None:
        """Make the socket folders afresh; only for who holds the lock. Raises StackError when they aren't ours."""
        self.remove_run()
        try:
            self.run.mkdir(mode=0o700)
            self.run.chmod(_passage_mode())  # whatever the umask
            for folder in (self.postgres_run, self.redis_socket.parent):
                folder.mkdir(mode=0o700)
        except OSError as error:
            raise folder_problem(self.run, error) from error

    def remove_run(self) -> None:
        """Delete the socket folders; legal when they are gone. Raises StackError when they aren't ours."""
        if not os.path.lexists(self.run):
            return
        about = self.run.lstat()
        # Anyone may have put something of that name into the shared temporary folder. Root may clear up after a user.
        if not stat.S_ISDIR(about.st_mode) or os.geteuid() not in (about.st_uid, 0):
            raise StackError(f"{self.run} belongs to somebody else: remove it, or choose another state folder.")
        shutil.rmtree(self.run, ignore_errors=True)


def _passage_mode() -> int:
    """Started by root, PostgreSQL is another user and must pass through to what is its own."""
    return 0o711 if os.geteuid() == 0 else 0o700
