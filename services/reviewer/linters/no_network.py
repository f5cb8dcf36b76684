"""Forbids this process and its children to open a socket, for good. Imports nothing outside the standard library.

A seccomp filter rather than a network namespace: it needs no privilege, so that it also holds in containers, where
namespaces are refused as a rule, and it keeps out the sockets of this machine (PostgreSQL's, Docker's) as well.
"""

import ctypes
import os
import platform
import struct
import sys

# linux/prctl.h, linux/seccomp.h, linux/audit.h, linux/bpf_common.h
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE = 0x00050000 | 1  # EPERM
LOAD, EQUALS, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
CALL_OFFSET, ARCHITECTURE_OFFSET = 0, 4  # struct seccomp_data
# By machine: the kernel's number for it, and those of its calls socket and socketpair.
MACHINES = {"x86_64": (0xC000003E, 41, 53), "aarch64": (0xC00000B7, 198, 199)}
IO_URING_SETUP = 425  # A ring opens sockets without a call that a filter sees.
X32_CALLS = 0x40000000  # x86_64's second set of numbers for the same calls.


def forbid_network() -> bool:
    """Make socket() fail with EPERM, here and in all children. False: this system has no such filter.

    Raises OSError when the kernel refuses. Also gives up gaining privileges by set-uid programs.
    """
    if sys.platform != "linux" or platform.machine() not in MACHINES:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    code = _filter(*MACHINES[platform.machine()])
    array = ctypes.create_string_buffer(code, len(code))
    # struct sock_fprog: how many instructions, and where they are.
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(array)))
    for arguments in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0)):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), f"prctl: {os.strerror(ctypes.get_errno())}")
    return True


def _filter(architecture: int, socket: int, socketpair: int) -> bytes:
    # Jumps count the instructions that they leave out.
    return b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (LOAD, 0, 0, ARCHITECTURE_OFFSET),
            (EQUALS, 1, 0, architecture),
            (RETURN, 0, 0, KILL),
            (LOAD, 0, 0, CALL_OFFSET),
            (EQUALS, 4, 0, socket),
            (EQUALS, 3, 0, socketpair),
            (EQUALS, 2, 0, IO_URING_SETUP),
            (AT_LEAST, 1, 0, X32_CALLS),
            (RETURN, 0, 0, ALLOW),
            (RETURN, 0, 0, REFUSE),
        )
    )
