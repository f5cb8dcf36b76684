"""Which tests `make test` gives to one process together."""

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # it has no types

# One starts a system of its own, the other takes so long that it had better run beside the others.
ALONE = ("tests/e2e/clients/", "tests/e2e/test_demo.py")
SHARED_SYSTEM = "tests/e2e/"
# Compilers, which leave the processor to all else and so take longest: begun late, they would end long after it.
FIRST = "tests/e2e/clients/"


def is_later(item: pytest.Item) -> bool:
    """Whether a test can be begun after the longest; a key to sort by."""
    return not item.nodeid.startswith(FIRST)


class SystemScheduling(LoadFileScheduling):
    """A file's tests in one process; and those of all files that share a system, since each process starts its own."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(SHARED_SYSTEM) and not nodeid.startswith(ALONE):
            return SHARED_SYSTEM
        return str(super()._split_scope(nodeid))
