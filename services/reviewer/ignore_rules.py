"""What a repository's own `.gitignore` and `.gitattributes` leave out, wherever they stand.

Rules are patterns of strangers over names of strangers, which can take for ever to match: that is done in the linters'
sandbox, where it ends at a limit. See `ignore_rules_process.py`.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from chassis.errors import FieldViolation, InvalidArgument, Unavailable
from services.reviewer.linters.sandbox import CutOff, Sandbox, SandboxLost

PROCESS = "services.reviewer.ignore_rules_process"
_FILES = frozenset({".gitignore", ".gitattributes"})
MOST_BYTES = 2**20  # Of all rules of a repository.


def has_rules(path: str) -> bool:
    """Whether it is a file whose rules are followed here."""
    return PurePosixPath(path).name in _FILES


async def ignored(paths: Collection[str], rules: Mapping[str, str], sandbox: Sandbox) -> set[str]:
    """Those of the paths that the rules, by the path of the file that they stand in, leave out.

    Raises InvalidArgument for rules that take too long to follow, and Unavailable.
    """
    if not rules:
        return set()
    asked = list(paths)
    try:
        ended = await sandbox.call(PROCESS, {"rules": json.dumps(dict(rules)), "paths": json.dumps(asked)})
    except CutOff:
        raise _unfollowable() from None
    except SandboxLost as error:
        raise Unavailable("The rules of `.gitignore` can't be followed now; try again.") from error
    if ended.code != 0:
        raise _unfollowable()
    return {asked[number] for number in json.loads(ended.output)}


def _unfollowable() -> InvalidArgument:
    message = "its rules take too long to follow; send a simpler one, or none and only the files that count"
    return InvalidArgument([FieldViolation(".gitignore", message, "RULES_TOO_COSTLY")])
