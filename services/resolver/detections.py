"""A detection as it is accepted: what of it is evidence, and the key that its evidence is or would become.

No I/O. A detection that can't be used is no error here: it is accepted with the reason.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from atelier.resolver.v1 import resolver_service_pb2 as cards_pb
from atelier.resolver.v1 import scan_service_pb2 as pb

from chassis.errors import FieldViolation, InvalidArgument
from chassis.validation import violations
from services.resolver.folding import fold_name, fold_number, fold_set, read_number
from services.resolver.identifying import check_embedding

TEXT_SOURCE = "atelier.text"
EMBEDDING_SOURCE = "atelier.embedding"
KEY_LIMIT = 200
BILLION = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a detection can be resolved by: its kind, and its key; a text that folds to nothing has none."""

    kind: str
    key_source: str | None
    key_id: str | None


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a detection can't be used."""

    reason: str
    message: str


def detection_violations(detections: Sequence[pb.Detection]) -> list[FieldViolation]:
    """What the proto's rules can't tell of a scan's detections: ids that occur twice, and impossible money."""
    first: dict[str, int] = {}
    found: list[FieldViolation] = []
    for index, detection in enumerate(detections):
        path = f"detections[{index}]"
        place = first.setdefault(detection.detection_id, index)
        if place != index:
            found.append(
                FieldViolation(f"{path}.detection_id", f"is that of detections[{place}] too", "DUPLICATE_DETECTION_ID")
            )
        if detection.HasField("estimated_value"):
            found += _money_violations(f"{path}.estimated_value", detection.estimated_value)
    return found


def detection_columns(detections: Sequence[pb.Detection], dimensions: int) -> list[list[Any]]:
    """The columns of `store.insert_detections`, in order."""
    rows = [_row(detection, dimensions) for detection in detections]
    return [list(column) for column in zip(*rows, strict=True)]


def read_evidence(detection: pb.Detection, dimensions: int) -> Evidence | Flaw:
    """What a detection can be resolved by; embeddings must have `dimensions` numbers."""
    match detection.WhichOneof("evidence"):
        case "external":
            external = detection.external
            return _flaw(external) or Evidence("EXTERNAL", external.source, external.external_id)
        case "text":
            key = text_key(detection.text)
            return _flaw(detection.text) or Evidence("TEXT", TEXT_SOURCE if key else None, key)
        case "embedding":
            return _read_embedding(detection.embedding, dimensions)
        case _:
            return Flaw("NO_EVIDENCE", "")


def text_key(text: cards_pb.ScannedText) -> str | None:
    """The id of what was read, the same however it was spelled; None where nothing of it is left."""
    numbers = [
        "/".join(filter(None, map(fold_number, (reading.number, reading.total))))
        for reading in read_number(text.number, ())[:1]
    ]
    # Folding leaves no bar in any of them.
    parts = (fold_name(text.name), "".join(numbers), fold_set(text.set))
    if not any(parts):
        return None
    reading = "|".join(parts)
    return reading if len(reading) <= KEY_LIMIT else hashlib.sha256(reading.encode()).hexdigest()


def embedding_key(values: Sequence[float]) -> str:
    """The id of an embedding: SHA-256 of its numbers as little-endian float32."""
    return hashlib.sha256(np.array(values, dtype="<f4").tobytes()).hexdigest()


def _row(detection: pb.Detection, dimensions: int) -> tuple[Any, ...]:
    evidence = read_evidence(detection, dimensions)
    kind = (evidence.kind, evidence.key_source, evidence.key_id) if isinstance(evidence, Evidence) else (None,) * 3
    flaw = (None, "") if isinstance(evidence, Evidence) else (evidence.reason, evidence.message)
    sent = detection.SerializeToString(deterministic=True)
    return (detection.detection_id, sent, *kind, *_worth(detection), *flaw)


def _worth(detection: pb.Detection) -> tuple[Decimal | None, str | None]:
    if not detection.HasField("estimated_value"):
        return None, None
    money = detection.estimated_value
    return money.units + Decimal(money.nanos) / BILLION, money.currency_code


def _read_embedding(embedding: cards_pb.Embedding, dimensions: int) -> Evidence | Flaw:
    flaw = _flaw(embedding)
    if flaw is not None:
        return flaw
    try:
        check_embedding("embedding", embedding.values, dimensions)
    except InvalidArgument as error:
        return Flaw("INVALID_EVIDENCE", error.message)
    return Evidence("EMBEDDING", EMBEDDING_SOURCE, embedding_key(embedding.values))


def _flaw(evidence: Any) -> Flaw | None:
    for broken in violations(evidence):
        field = f"{evidence.DESCRIPTOR.name}.{broken.field}" if broken.field else evidence.DESCRIPTOR.name
        return Flaw("INVALID_EVIDENCE", f"{field}: {broken.description}")
    return None


def _money_violations(path: str, money: Any) -> Iterator[FieldViolation]:
    code = money.currency_code
    if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        yield FieldViolation(f"{path}.currency_code", "must be three upper-case letters, as in ISO 4217")
    if money.units < 0:
        yield FieldViolation(f"{path}.units", "must not be negative")
    if not 0 <= money.nanos < BILLION:
        yield FieldViolation(f"{path}.nanos", f"must lie between 0 and {BILLION - 1}")
