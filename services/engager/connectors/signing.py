"""How calls are signed, so that a webhook knows who calls, and that what it reads is what was sent.

HMAC-SHA256 (RFC 2104) over the time, a full stop, and what is told: a body, or the key that is asked for.
"""

import hashlib
import hmac

KEY_ID = "Atelier-Key-Id"
TIMESTAMP = "Atelier-Timestamp"
SIGNATURE = "Atelier-Signature"


def signature_headers(*, key_id: str, secret: bytes, told: bytes, now: float) -> dict[str, str]:
    """The headers that sign. `key_id` is the secret's name; `now`: seconds since the epoch."""
    timestamp = str(int(now))
    return {KEY_ID: key_id, TIMESTAMP: timestamp, SIGNATURE: sign(secret, timestamp, told)}


def sign(secret: bytes, timestamp: str, told: bytes) -> str:
    """The signature, in hexadecimal."""
    return hmac.new(secret, timestamp.encode() + b"." + told, hashlib.sha256).hexdigest()
