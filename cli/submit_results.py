"""What became of the items that were submitted: as plain values, as rows, and as sentences about what was refused."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from atelier.gateway.v1.gateway_service_pb2 import WatchedWork

from cli.errors import explain_status, read_details
from cli.generation_documents import image_document
from cli.output import counted
from cli.render import card_image_document
from cli.submit_upload import Sent
from cli.work_board import WorkBoard
from cli.work_documents import outcome, state_of, status_document, work_document

COLUMNS = ("line", "what", "state", "outcome", "files")
ACCEPTED, SUCCEEDED, PARTIALLY = "ACCEPTED", "SUCCEEDED", "PARTIALLY_SUCCEEDED"
REFUSED, UNANSWERED = "REFUSED", "UNANSWERED"
# After these a service may have accepted an item all the same.
UNSURE = ("UNAVAILABLE", "DEADLINE_EXCEEDED")


def item_document(sent: Sent, board: WorkBoard) -> dict[str, Any]:
    """An item, what was accepted of it and what that came to; what doesn't apply is None."""
    accepted = sent.accepted
    card = accepted.card if accepted and accepted.HasField("card") else None
    return {
        "file": sent.place.file,
        "line": sent.place.line,
        "kind": sent.kind,
        "state": item_state(sent, board),
        "names": list(sent.names),
        "jobs": list(accepted.jobs) if accepted else [],
        "work": [work_document(work) for work in board.of(sent.names)],
        "card": card_image_document(card) if card else None,
        "files": [{"path": path, **image_document(image)} for path, image in sent.files.items()],
        "refused": [status_document(status) for status in sent.refused_activities],
        "error": status_document(sent.error) if sent.error else None,
    }


def item_row(sent: Sent, board: WorkBoard) -> list[object]:
    """An item for the table, under `COLUMNS`."""
    first, *more = sent.files or [""]
    files = f"{first} and {len(more)} more" if more else first
    return [sent.place.line or None, sent.kind, item_state(sent, board), _outcome(sent, board), files]


def item_state(sent: Sent, board: WorkBoard) -> str:
    """The state of its work, which several activities may have different ones of, or why there is none."""
    if sent.error and status_document(sent.error)["code"] in UNSURE:
        return UNANSWERED
    if sent.accepted is None or (sent.refused_activities and not sent.names):
        return REFUSED
    if sent.accepted.HasField("card"):
        return SUCCEEDED
    states = {state_of(work) for work in board.of(sent.names)} or {ACCEPTED}
    return states.pop() if len(states) == 1 and not sent.refused_activities else PARTIALLY


def refusals(sent: Sent, *, address: str) -> Iterator[str]:
    """What was refused of an item, each with its place and, where one is wrong, its field."""
    for status in [sent.error] if sent.error else sent.refused_activities:
        violations = [f"{sent.kind}.{one}" for one in read_details(status).violations]
        for what in violations or [explain_status(status, address=address).sentence.rstrip(".")]:
            yield f"{sent.place}: {what}"


def _outcome(sent: Sent, board: WorkBoard) -> str:
    if sent.accepted is None:
        return status_document(sent.error)["message"] if sent.error else ""
    if sent.accepted.HasField("card"):
        card = sent.accepted.card
        return "drawn before" if card.cached else f"drawn in {card.seconds:.2f} s"
    if sent.kind == "activities":
        return _counted(board.of(sent.names), len(sent.refused_activities))
    return ", ".join(outcome(work) for work in board.of(sent.names))


def _counted(work: list[WatchedWork], refused: int) -> str:
    states = Counter(state_of(one).lower() for one in work)
    told = [f"{number:,} {state}" for state, number in states.items()]
    return ", ".join(
        [counted(len(work) + refused, "activity", "activities"), *told, *([f"{refused:,} refused"] if refused else [])]
    )
