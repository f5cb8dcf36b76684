"""The TCP ports of a local stack, all on the loopback address, and who holds one that is taken."""

import contextlib
import socket
from dataclasses import dataclass, fields

import psutil

from cli.stack.problems import StackError

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """One port for each thing that listens; `ATELIER_<NAME>_PORT` is its setting, as in the programs themselves."""

    gateway: int = 7400
    gateway_http: int = 7401
    gateway_metrics: int = 7409
    resolver: int = 7410
    resolver_metrics: int = 7419
    generator: int = 7420
    generator_metrics: int = 7429
    reviewer: int = 7430
    reviewer_metrics: int = 7439
    engager: int = 7440
    engager_metrics: int = 7449

    @classmethod
    def free(cls) -> "Ports":
        """Ports that nobody listens on now: for tests and side-by-side stacks."""
        with contextlib.ExitStack() as stack:
            chosen = {}
            for field in fields(cls):
                # All stay bound until the last is chosen, so that no two are the same.
                listener = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
                listener.bind((LOOPBACK, 0))
                chosen[field.name] = listener.getsockname()[1]
            return cls(**chosen)

    @staticmethod
    def setting(name: str) -> str:
        """The environment variable that sets a port."""
        return f"ATELIER_{name.upper()}_PORT"

    def check(self) -> None:
        """Raises StackError for the first port that is taken or given twice."""
        owners: dict[int, str] = {}
        for field in fields(self):
            port = getattr(self, field.name)
            if port == 0:  # The program's own choice, or none at all.
                continue
            if port in owners:
                raise StackError(
                    f"Port {port} is given to both {self.setting(owners[port])} and {self.setting(field.name)}: "
                    "change one of them."
                )
            owners[port] = field.name
            _check(port, self.setting(field.name))


def _check(port: int, setting: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Without it the closed connections of an earlier run would count as taken for a minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError:
            raise StackError(f"Port {port} needs privileges: set {setting} to a port above 1023.") from None
        except OSError:
            raise StackError(
                f"Port {port} is taken by {_holder(port)}: end that process, or set {setting} to another port."
            ) from None


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections(kind="tcp"):
            # (host, port), or () when it is closed
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except (psutil.Error, PermissionError):
        pass  # Other people's connections are not shown to everyone.
    return "another process"
