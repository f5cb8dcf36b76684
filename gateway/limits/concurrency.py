"""How many calls and streams are under way, by caller and by service."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.limits.errors import TooManyAtOnce


class Concurrency:
    """Counts calls of one shape, unary ones or streams. `at_most` are those that one caller may have."""

    def __init__(self, *, streams: bool, at_most: int) -> None:
        self._streams = streams
        self._at_most = at_most
        self._of_callers: Counter[str] = Counter()
        self._of_services: Counter[str] = Counter()

    def of_service(self, service: str) -> int:
        """Those that a service has under way."""
        return self._of_services[service]

    @contextmanager
    def hold(self, subject: str, service: str, *, bounded: bool, count: int = 1) -> Iterator[None]:
        """So many more for the block's time, or none. Raises TooManyAtOnce where the caller is bounded."""
        if bounded and self._of_callers[subject] + count > self._at_most:
            raise TooManyAtOnce(streams=self._streams, bound=self._at_most)
        self._of_callers[subject] += count
        self._of_services[service] += count
        try:
            yield
        finally:
            self._of_services[service] -= count
            self._of_callers[subject] -= count
            if not self._of_callers[subject]:
                del self._of_callers[subject]
