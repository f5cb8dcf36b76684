"""The end of what looks at code: the sandbox, the model's connections and the cache's go with their process."""

from typing import Protocol


class Closable(Protocol):
    """What opens when it is first used."""

    async def close(self) -> None:
        """Close it. Closing twice is legal."""


class Equipment:
    """A part that starts nothing, as all of it opens when it is first used, and closes it, the last first."""

    def __init__(self, *used: Closable) -> None:
        self._used = used

    async def start(self) -> None:
        """It opens when it is first used."""

    async def stop(self) -> None:
        """Close it."""
        for one in reversed(self._used):
            await one.close()
