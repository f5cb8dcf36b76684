"""`atelier render`: players' cards as files."""

import enum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from atelier.generator.v1.card_art_service_pb2 import (
    CardImage,
    CardKind,
    CardTier,
    GetCardImageRequest,
    RenderCardRequest,
)

from cli.connection import Gateway, call_gateway
from cli.documents import timestamp, word
from cli.exits import ExitCode
from cli.generation_documents import image_document
from cli.job_services import checked_names
from cli.lasting import LossNotice
from cli.output import counted, say
from cli.picture_files import in_folder, open_folder, picture_path, save_picture
from cli.progress import Feed, counting, feeding
from cli.refusals import for_each
from cli.root import JsonOption, settings_of
from cli.showing import Manner, OutOption, PreviewOption, chosen_manner

# What a file's name has as it is, beside letters and digits.
PLAIN = "-_.,'() "


class KindName(enum.StrEnum):
    """The careers that a card can show, as they are typed."""

    BATTING = "batting"
    PITCHING = "pitching"


class TierName(enum.StrEnum):
    """The tiers of a card, as they are typed."""

    COMMON = "common"
    UNCOMMON = "uncommon"
    RARE = "rare"
    EPIC = "epic"
    LEGENDARY = "legendary"


def render(
    context: typer.Context,
    players: Annotated[
        list[str], typer.Argument(metavar="PLAYER...", help="Players, by the ids they were imported by.")
    ],
    kind: Annotated[KindName, typer.Option(case_sensitive=False, help="Which career.")] = KindName.BATTING,
    variant: Annotated[int, typer.Option(min=0, max=9, help="0 is the base card, the others its parallels.")] = 0,
    tier: Annotated[
        TierName | None, typer.Option(case_sensitive=False, help="Its frame; as the career deserves unless given.")
    ] = None,
    out: OutOption = Path(),
    preview: PreviewOption = True,
    as_json: JsonOption = False,
) -> None:
    """Draw players' cards and save each; what was drawn before is not drawn again."""
    settings = settings_of(context)
    career, frame = f"CARD_KIND_{kind.name}", f"CARD_TIER_{tier.name if tier else 'UNSPECIFIED'}"
    folder, manner = open_folder(out), chosen_manner(settings, preview=preview, as_json=as_json)
    names = checked_names(players)

    async def work(gateway: Gateway) -> int:
        with feeding(*counting("cards")) as feed:
            task = feed.bar.add_task("rendering", total=len(names))

            async def one(player: str) -> None:
                request = RenderCardRequest(player_id=player, kind=career, variant=variant, tier=frame)
                await render_card(gateway, request, folder, manner, feed)
                feed.bar.advance(task)

            return await for_each(names, one, address=settings.address)

    refused = call_gateway(settings, work)
    say(f"{counted(len(names) - refused, 'card')}{in_folder(folder)}.")
    if refused:
        raise typer.Exit(ExitCode.ITEMS)


async def render_card(
    gateway: Gateway, request: RenderCardRequest, folder: Path, manner: Manner, feed: Feed
) -> dict[str, Any]:
    """Have a card drawn and saved, and tell of it; its document. Raises CliError and `grpc.aio.AioRpcError`."""
    card = (await gateway.card_art.RenderCard(request)).card_image
    path = await save_card(gateway, card, folder)
    document = {**card_image_document(card), "path": str(path)}
    drawn = "drawn before" if card.cached else f"{card.seconds:.2f} s"
    manner.tell(feed, document, f"{card.name}  {document['tier']}  {path}  {drawn}")
    if manner.previews(feed):
        manner.draw(feed, path.read_bytes())
    return document


async def save_card(gateway: Gateway, card: CardImage, folder: Path) -> Path:
    """Have a card that was drawn stand in the folder; where. Raises CliError and `grpc.aio.AioRpcError`."""
    path = picture_path(folder, file_name(card), card.image)
    asked = GetCardImageRequest(sha256=card.image.sha256)
    await save_picture(lambda: gateway.card_art.GetCardImage(asked), card.image, path, LossNotice())
    return path


def file_name(card: CardImage) -> str:
    """A card's name, `<player>/<kind>/<variant>`, as that of a file; a player's id may hold anything."""
    player = "".join(one if one.isalnum() or one in PLAIN else quote(one, safe="") for one in card.player_id)
    shown = f"%2E{player[1:]}" if player.startswith(".") else player
    return shown + card.name.removeprefix(card.player_id).replace("/", "-")


def card_image_document(found: CardImage) -> dict[str, Any]:
    """A drawn card; what doesn't apply is None."""
    return {
        "name": found.name,
        "player_id": found.player_id,
        "kind": word(CardKind, found.kind),
        "variant": found.variant,
        "tier": word(CardTier, found.tier),
        "image": image_document(found.image),
        "cached": found.cached,
        "seconds": found.seconds,
        "image_url": found.image_url or None,
        "create_time": timestamp(found, "create_time"),
    }
