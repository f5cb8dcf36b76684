"""Quoted strings that look random, by the detectors of detect-secrets; not what is known to be public."""

import re
from collections.abc import Iterator

from detect_secrets.plugins.high_entropy_strings import (
    Base64HighEntropyString,
    HexHighEntropyString,
    HighEntropyStringsPlugin,
)

from services.reviewer.finding import Severity
from services.reviewer.secrets.plausibility import is_filled_in, is_random, is_sequence, is_uuid
from services.reviewer.secrets.rule import Candidate

_DETECTORS: tuple[HighEntropyStringsPlugin, ...] = (Base64HighEntropyString(), HexHighEntropyString())
_MIN_LENGTH, _MAX_LENGTH = 20, 200  # Below there is too little to judge; above it is data, such as a picture.
# What a line is about when its random string is public: a digest, an id, a signature, a picture, an alphabet.
_PUBLIC = re.compile(
    r"sha-?\d|hash|digest|checksum|integrity|commit|revision|\brev\b|etag|md5|crc|fingerprint|uuid|guid|\bids?\b|_ids?\b"
    r"|[a-z]Id\b|cursor|public|pubkey|certificate|\bcert|image|data:|alphabet|charset|chars\b|pattern|regex|\bfont|svg|\bsrc\b"
    r"|\bref\b|version|snapshot|golden|expected|assert|import|require|include|https?://",
    re.IGNORECASE,
)
_DIGEST = re.compile(r"(?:sha\d+|md5)[-:]", re.IGNORECASE)


def find(text: str) -> Iterator[Candidate]:
    """Return the quoted strings of which nothing is known but that they look random."""
    for detector in _DETECTORS:
        for match in detector.regex.finditer(text):
            value = match[2]
            if _MIN_LENGTH <= len(value) <= _MAX_LENGTH and _is_secret(
                detector, value, _line_before(text, match.start())
            ):
                yield Candidate("random-string", match.start(2), match.end(2), Severity.MEDIUM, 0.5)


def _is_secret(detector: HighEntropyStringsPlugin, value: str, before: str) -> bool:
    return (
        detector.calculate_shannon_entropy(value) > detector.entropy_limit
        and is_random(value)
        and not (
            is_uuid(value)
            or is_sequence(value)
            or is_filled_in(value)
            or _DIGEST.match(value)
            or _PUBLIC.search(before)
        )
    )


def _line_before(text: str, position: int) -> str:
    return text[max(text.rfind("\n", 0, position) + 1, position - 200) : position]
