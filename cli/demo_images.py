"""What the images and cards of the demo's batch must come to, to the last pixel and credit."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from atelier.generator.v1.credit_service_pb2 import CreditBalance, GetBalanceRequest, GrantCreditsRequest
from atelier.generator.v1.generation_service_pb2 import ImageFormat

from cli.connection import Gateway
from cli.demo_report import Report
from cli.submit_upload import Sent

CREDITS = 10
EXPECTED = {"image": 6, "export": 6, "card": 4}
PIXELS = {"image": (512, 512), "export": (1080, 1080), "card": (750, 1050)}


async def grant_credits(gateway: Gateway) -> CreditBalance:
    """Grant what the images cost and more; what there was before. Raises `grpc.aio.AioRpcError`."""
    before = await _balance(gateway)
    await gateway.credits.GrantCredits(GrantCreditsRequest(owner=before.owner, amount=CREDITS, request_id="demo"))
    return before


async def check_pictures(gateway: Gateway, report: Report, again: Sequence[Sent], before: CreditBalance) -> None:
    """Check the files of the batch, and that they were paid once and are drawn no more by the same batch `again`.

    Raises `grpc.aio.AioRpcError`.
    """
    report.files = [file for sent in report.batch.sent for file in _files(sent)]
    _check_files(report)
    _check_cards(report, again)
    after = await _balance(gateway)
    spent = (before.available + CREDITS - after.available, after.reserved)
    report.expect(spent == (6, 0), f"six images cost {spent[0]} credits and {spent[1]} are set aside")


def _check_files(report: Report) -> None:
    found = {what: sum(file["what"] == what for file in report.files) for what in EXPECTED}
    report.expect(found == EXPECTED, f"the files are {found} instead of {EXPECTED}")
    for file in report.files:
        stands = Path(file["path"]).stat().st_size == file["bytes"]
        report.expect(stands, f"{file['path']} isn't what was made")
        pixels = (file["width"], file["height"])
        report.expect(pixels == PIXELS[file["what"]], f"{file['path']} has {pixels[0]} x {pixels[1]} pixels")


def _check_cards(report: Report, again: Sequence[Sent]) -> None:
    for first, second in zip(report.batch.sent, again, strict=True):
        if first.accepted and second.accepted and first.kind == "card":
            card = second.accepted.card
            same = card.cached and card.image.sha256 == first.accepted.card.image.sha256
            report.expect(same, f"the card {card.name} was drawn again")


def _files(sent: Sent) -> Iterator[dict[str, Any]]:
    for path, image in sent.files.items():
        is_export = image.format == ImageFormat.IMAGE_FORMAT_JPEG
        what = "card" if sent.kind == "card" else "export" if is_export else "image"
        size = {"width": image.width, "height": image.height, "bytes": image.bytes}
        yield {"what": what, "name": Path(path).stem, **size, "path": path}


async def _balance(gateway: Gateway) -> CreditBalance:
    found: CreditBalance = (await gateway.credits.GetBalance(GetBalanceRequest())).balance
    return found
