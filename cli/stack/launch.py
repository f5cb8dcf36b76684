"""Becomes another program: `python -I -S launch.py PARENT SIGNAL UID GID PROGRAM ARG…`. Never imported by the stack.

A process of its own, because this belongs between fork and exec, and a Python with gRPC's threads must not fork.
It keeps its pid over exec, and imports nothing outside the standard library, so that it costs 20 ms.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
KEEP = -1  # in the place of UID and GID: stay who we are


def main(arguments: list[str]) -> None:
    """Exec PROGRAM as UID and GID, to get SIGNAL when process PARENT dies (Linux only)."""
    parent, number, uid, gid = (int(argument) for argument in arguments[:4])
    program = arguments[4:]
    if uid != KEEP:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of user, which clears it.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)  # The parent died before we could ask to be told.
    try:
        os.execve(program[0], program, os.environ)  # noqa: S606 - a shell is what must not be in between
    except OSError as error:
        sys.stderr.write(f"{program[0]}: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
