"""How many calls in how much time: a limit, as settings write it."""

from dataclasses import dataclass

import limits
from limits import RateLimitItem, RateLimitItemPerSecond

# Calls are taken in advance only where that is soon forgotten: for one second, out of windows of at least twenty.
PORTION_SECONDS = 1
PORTIONED_SECONDS = 20
PORTIONS = 100


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` calls within any `seconds`."""

    amount: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """From `600/minute` or `600 per 2 minutes` (limits.readthedocs.io, "Rate limit string notation").

        Raises ValueError.
        """
        try:
            [item] = limits.parse_many(text)
        except ValueError:
            raise ValueError(f"{text!r} must be one limit, such as 600/minute, or empty for none") from None
        if item.amount < 1:
            raise ValueError(f"{text!r} lets nobody in")
        return cls(item.amount, item.get_expiry())

    @property
    def portion(self) -> int:
        """How many calls a process may take in advance at most: a hundredth of all, so that few are lost unspent."""
        return max(1, self.amount // PORTIONS) if self.seconds >= PORTIONED_SECONDS else 1

    @property
    def counted(self) -> RateLimitItem:
        """What is counted: calls as they are taken.

        One that is taken in advance is spent up to a second later, so the window is that much longer: what is spent
        within `seconds` was taken within this window, and is no more than `amount`.
        """
        late = PORTION_SECONDS if self.portion > 1 else 0
        return RateLimitItemPerSecond(self.amount, self.seconds + late)
