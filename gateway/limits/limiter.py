"""Keeps callers within their limits, one a class of methods, over all gateways."""

from collections.abc import Mapping
from hashlib import blake2b

from gateway.limits.allowance import Allowance, Standing
from gateway.limits.counting import Counting
from gateway.limits.errors import RateLimited
from gateway.limits.limit import Limit
from gateway.limits.methods import MethodClass

# Forgetting an allowance costs a call of it a round trip to Redis.
REMEMBERED = 20_000


class Limiter:
    """Counts calls by caller and class. A class without a limit isn't counted."""

    def __init__(
        self,
        *,
        limits: Mapping[MethodClass, Limit],
        counting: Counting,
    ) -> None:
        self._limits = dict(limits)
        self._counting = counting
        self._allowances: dict[tuple[str, MethodClass], Allowance] = {}

    async def take(self, subject: str, method_class: MethodClass) -> Standing | None:
        """Count a call; None where there is no limit. Raises RateLimited."""
        allowance = self._allowance(subject, method_class)
        if allowance is None:
            return None
        return _checked(method_class, await allowance.take())

    async def take_more(self, subject: str, method_class: MethodClass, calls: int) -> None:
        """Count what a call of the class, which was counted, asks for beside: so many more, or none.

        Raises RateLimited. One that is over the whole limit takes all of it.
        """
        allowance = self._allowance(subject, method_class)
        if allowance is not None and (bounded := min(calls, allowance.limit.amount - 1)) > 0:
            _checked(method_class, await allowance.take_more(bounded))

    def _allowance(self, subject: str, method_class: MethodClass) -> Allowance | None:
        known = self._allowances.get((subject, method_class))
        if known is not None or method_class not in self._limits:
            return known
        if len(self._allowances) >= REMEMBERED:
            self._allowances.clear()
        # Whoever looks into Redis needn't see who calls.
        key = f"{method_class}/{blake2b(subject.encode(), digest_size=16).hexdigest()}"
        made = Allowance(
            limit=self._limits[method_class],
            key=key,
            counting=self._counting,
        )
        self._allowances[subject, method_class] = made
        return made


def _checked(method_class: MethodClass, standing: Standing) -> Standing:
    if standing.wait_seconds > 0:
        raise RateLimited(method_class, standing)
    return standing
