"""`atelier confirm`: a person says which card a detection shows."""

from typing import Annotated

import typer
from atelier.resolver.v1.scan_service_pb2 import ConfirmDetectionRequest, ConfirmDetectionResponse

from cli.cards import UUID
from cli.connection import Gateway, call_gateway
from cli.fields import Fields
from cli.output import say, write_json, write_table
from cli.root import JsonOption, settings_of
from cli.scan_documents import detection_document

COLUMNS = ("detection_id", "read", "tier", "catalog_id", "name", "card_id")


def confirm(
    context: typer.Context,
    scan: Annotated[str, typer.Argument(help="The scan's UUID.")],
    detection: Annotated[str, typer.Argument(help="The detection's id in it.")],
    card: Annotated[str, typer.Argument(help="The catalogue's id, such as base1-4, or the card's UUID.")],
    as_json: JsonOption = False,
) -> None:
    """Say which card a detection shows; the next scan then knows."""
    fields = Fields({"SCAN": scan, "DETECTION": detection, "CARD": card})
    key = fields.required_text("CARD")
    request = ConfirmDetectionRequest(
        scan_id=fields.required_text("SCAN"), detection_id=fields.required_text("DETECTION")
    )
    if UUID.fullmatch(key):
        request.card_id = key
    else:
        request.catalog_id = key

    async def work(gateway: Gateway) -> ConfirmDetectionResponse:
        answer: ConfirmDetectionResponse = await gateway.scans.ConfirmDetection(request)
        return answer

    answer = call_gateway(settings_of(context), work)
    found = detection_document(answer.detection)
    if as_json:
        write_json({**found, "keyed": answer.keyed})
        return
    write_table(COLUMNS, [[found[name] for name in COLUMNS]])
    say("The next scan will know it." if answer.keyed else "Its evidence became no key: it is another card's, or none.")
