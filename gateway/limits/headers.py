"""How a caller stands, as headers of HTTP (draft-ietf-httpapi-ratelimit-headers-10)."""

import math

from gateway.limits.allowance import Standing
from gateway.limits.methods import MethodClass

Headers = tuple[tuple[str, str], ...]


def limit_headers(method_class: MethodClass, standing: Standing) -> Headers:
    """`RateLimit-Policy` says what is allowed, `RateLimit` what is left of it, and when there is more if nothing is.

    A window that slides never begins anew as a whole: while something is left, `t` isn't told.
    """
    limit = standing.limit
    wait = f";t={math.ceil(standing.wait_seconds)}" if standing.wait_seconds else ""
    return (
        ("ratelimit-policy", f'"{method_class}";q={limit.amount};w={limit.seconds}'),
        ("ratelimit", f'"{method_class}";r={standing.left}{wait}'),
    )
