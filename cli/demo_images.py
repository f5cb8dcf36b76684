"""The images that the demo has made and the cards it has drawn, and what they must come to, to the last credit."""

from pathlib import Path
from typing import Any

from atelier.generator.v1.card_art_service_pb2 import RenderCardRequest
from atelier.generator.v1.credit_service_pb2 import CreditBalance, GetBalanceRequest, GrantCreditsRequest
from atelier.generator.v1.generation_service_pb2 import CreateGenerationRequest, Generation

from cli.connection import Gateway
from cli.demo_report import Report
from cli.generating import show_generation
from cli.generation_request import generation_request
from cli.progress import counting, feeding
from cli.render import render_card
from cli.showing import Manner
from cli.work_options import DEFAULT_PREFIX

POSES = ("batting", "leaping", "thinking")
VARIATIONS = 2
CREDITS = 10
# Player, career, variant, tier.
CARDS = (
    ("halloran-otis", "BATTING", 0, "UNSPECIFIED"),
    ("abernathy-silas", "PITCHING", 1, "UNSPECIFIED"),
    ("vega-rocio", "BATTING", 2, "UNSPECIFIED"),
    ("tanaka-kenji", "PITCHING", 0, "LEGENDARY"),
)
EXPECTED = {"image": 6, "export": 6, "card": 4}
PIXELS = {"image": (512, 512), "export": (1080, 1080), "card": (750, 1050)}


async def make_images(gateway: Gateway, report: Report, folder: Path, manner: Manner) -> None:
    """Have images made and cards drawn into the folder, and all again, which must make and cost nothing.

    Raises CliError and `grpc.aio.AioRpcError`.
    """
    before = await _balance(gateway)
    granted = GrantCreditsRequest(owner=before.owner, amount=CREDITS, request_id="demo")
    await gateway.credits.GrantCredits(granted)
    await _generate(gateway, report, folder, manner)
    await _render(gateway, report, folder, manner)
    after = await _balance(gateway)
    spent = before.available + CREDITS - after.available
    report.expect(
        (spent, after.reserved) == (6, 0), f"six images cost {spent} credits and {after.reserved} are set aside"
    )
    _check_files(report)


async def _generate(gateway: Gateway, report: Report, folder: Path, manner: Manner) -> None:
    request = generation_request(
        poses=POSES,
        text="",
        variations=VARIATIONS,
        size="512x512",
        style="clay",
        seed=7,
        exports=["square:jpeg"],
        lane="LANE_NORMAL",
        prefix=DEFAULT_PREFIX,
    )
    shown = await show_generation(gateway, await _create(gateway, request), folder, manner)
    report.expect(shown.exit_code == 0, f"{shown.generation.failed} images and {shown.failed_exports} exports failed")
    for image in shown.images:
        if image["original"]:
            report.files.append(_file("image", image["key"], image["original"]))
        report.files += [_file("export", image["key"], export) for export in image["exports"] if "path" in export]
    again = await _create(gateway, request)
    report.expect(again.generation_id == shown.generation.generation_id, "the same request became another generation")


async def _render(gateway: Gateway, report: Report, folder: Path, manner: Manner) -> None:
    with feeding(*counting("cards")) as feed:
        task = feed.bar.add_task("rendering", total=len(CARDS))
        for player, kind, variant, tier in CARDS:
            request = RenderCardRequest(
                player_id=player, kind=f"CARD_KIND_{kind}", variant=variant, tier=f"CARD_TIER_{tier}"
            )
            card = await render_card(gateway, request, folder, manner, feed)
            report.files.append(_file("card", card["name"], {**card["image"], "path": card["path"]}))
            again = (await gateway.card_art.RenderCard(request)).card_image
            same = again.cached and again.image.sha256 == card["image"]["sha256"]
            report.expect(same, f"the card {card['name']} was drawn again")
            feed.bar.advance(task)


def _check_files(report: Report) -> None:
    found = {what: sum(file["what"] == what for file in report.files) for what in EXPECTED}
    report.expect(found == EXPECTED, f"the files are {found} instead of {EXPECTED}")
    for file in report.files:
        stands = Path(file["path"]).stat().st_size == file["bytes"]
        report.expect(stands, f"{file['path']} isn't what was made")
        pixels = (file["width"], file["height"])
        report.expect(pixels == PIXELS[file["what"]], f"{file['path']} has {pixels[0]} x {pixels[1]} pixels")


def _file(what: str, name: str, picture: dict[str, Any]) -> dict[str, Any]:
    return {"what": what, "name": name, **{part: picture[part] for part in ("width", "height", "bytes", "path")}}


async def _balance(gateway: Gateway) -> CreditBalance:
    found: CreditBalance = (await gateway.credits.GetBalance(GetBalanceRequest())).balance
    return found


async def _create(gateway: Gateway, request: CreateGenerationRequest) -> Generation:
    created: Generation = (await gateway.generations.CreateGeneration(request)).generation
    return created
