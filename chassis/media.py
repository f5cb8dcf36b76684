"""Addresses under which the gateway shows pictures without a token: signed, and good for a while.

A picture is named by its content, `<sha256>.<extension>`, and stands in the object store under the key that follows
from its name. Whoever holds the secret can sign, and whoever holds it can verify.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable

from chassis.errors import PermissionDenied

PREFIX = "/media/"
CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
MINIMUM_SECRET_BYTES = 32  # RFC 2104, 3: a key is no shorter than the hash.
LIFETIME_SECONDS = 3600
# Addresses that are made within the same minutes are equal, so that a browser finds what it has.
STEP_SECONDS = 300

_NAME = re.compile(rf"([0-9a-f]{{64}})\.({'|'.join(CONTENT_TYPES)})")


class MediaAddressInvalid(PermissionDenied):
    """The address wasn't signed here, or was changed since."""

    reason = "MEDIA_ADDRESS_INVALID"

    def __init__(self) -> None:
        super().__init__("The address carries no valid signature; ask for the picture's `url` again.")


class MediaAddressExpired(PermissionDenied):
    """The address was good, and its time is over."""

    reason = "MEDIA_ADDRESS_EXPIRED"

    def __init__(self) -> None:
        super().__init__("The address has expired; ask for the picture's `url` again.")


def media_key(name: str) -> str:
    """The object store's key of the picture `name`. Raises ValueError for what isn't a name."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is not the name of a picture")
    return f"images/{name[:2]}/{name}"


class MediaSigner:
    """Signs addresses and verifies them, by HMAC-SHA256 (RFC 2104) over the path and the time of expiry."""

    def __init__(self, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        """`clock`: seconds since the epoch. Raises ValueError for a secret that is too short."""
        if len(secret.encode()) < MINIMUM_SECRET_BYTES:
            raise ValueError(f"the media secret must have at least {MINIMUM_SECRET_BYTES} bytes")
        self._secret = secret.encode()
        self._clock = clock

    def sign(self, name: str) -> str:
        """Where the gateway shows the picture `name` for LIFETIME_SECONDS at least, relative to its HTTP address."""
        now = int(self._clock())
        expires = now - now % STEP_SECONDS + STEP_SECONDS + LIFETIME_SECONDS
        path = f"{PREFIX}{name}"
        return f"{path}?expires={expires}&signature={self._signature(path, str(expires))}"

    def verify(self, path: str, *, expires: str, signature: str) -> None:
        """Raises MediaAddressInvalid, and MediaAddressExpired for one that was signed."""
        expected = self._signature(path, expires)
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
            raise MediaAddressInvalid
        if int(expires) <= self._clock():
            raise MediaAddressExpired

    def _signature(self, path: str, expires: str) -> str:
        text = f"{path}\n{expires}".encode(errors="replace")
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()
