"""The exit codes of `atelier`, for scripts; from 64 on they are those of sysexits.h."""

import enum


class ExitCode(enum.IntEnum):
    """How a command ended."""

    OK = 0
    UNEXPECTED = 1  # a bug in the command line
    USAGE = 2  # the command was called wrongly
    ITEMS = 3  # it ran to its end, but some items were rejected; with --strict also: were not resolved, need review
    FINDINGS = 4  # a review found what is as bad as --fail-on says, or worse
    DATA = 65  # EX_DATAERR: the request or a file as a whole is wrong, or doesn't fit what is there
    NO_INPUT = 66  # EX_NOINPUT: a file is missing or unreadable
    NOT_FOUND = 67  # EX_NOUSER: what was named doesn't exist
    UNAVAILABLE = 69  # EX_UNAVAILABLE: no gateway, or a part of the system is down
    SOFTWARE = 70  # EX_SOFTWARE: something went wrong inside the system
    CANNOT_CREATE = 73  # EX_CANTCREAT: a file can't be written, or the local stack not be started
    TRY_AGAIN = 75  # EX_TEMPFAIL: too slow or too busy; the same may succeed later
    PROTOCOL = 76  # EX_PROTOCOL: the gateway doesn't know the call
    NO_PERMISSION = 77  # EX_NOPERM: no token, a bad one, or one whose role doesn't allow it
    SETTINGS = 78  # EX_CONFIG: a setting is wrong
    INTERRUPTED = 130  # Ctrl-C, as a shell says it
    BROKEN_PIPE = 141  # whoever read the output has gone, as a shell says it
