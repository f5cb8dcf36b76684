"""Between cards and the proto's messages; nothing is decided here."""

from collections.abc import Mapping
from typing import Any

from atelier.generator.v1 import card_art_service_pb2 as pb
from atelier.generator.v1 import generation_service_pb2 as image_pb

from chassis.media import PREFIX, MediaSigner
from chassis.times import set_time
from services.generator.cardart.players import Kind
from services.generator.cardart.tiers import Tier
from services.generator.cards import AskedCard, CardView
from services.generator.import_summary import Summary
from services.generator.messages import Messages
from services.generator.pictures import Picture

KINDS: Mapping[Kind, Any] = {kind: pb.CardKind.Value(f"CARD_KIND_{kind.name}") for kind in Kind}
TIERS: Mapping[Tier, Any] = {tier: pb.CardTier.Value(f"CARD_TIER_{tier.name}") for tier in Tier}
_ASKED_KINDS: Mapping[Any, Kind] = {number: kind for kind, number in KINDS.items()}
_ASKED_TIERS: Mapping[Any, Tier] = {number: tier for tier, number in TIERS.items()}


class CardArtMessages:
    """Makes messages, whose pictures carry addresses that are signed now."""

    def __init__(self, signer: MediaSigner) -> None:
        self._signer = signer
        self._messages = Messages(signer)

    def card_image(self, view: CardView) -> pb.CardImage:
        """A card."""
        asked, drawn = view.asked, view.drawn
        message = pb.CardImage(
            name=card_name(asked),
            player_id=asked.player_id,
            kind=KINDS[asked.kind],
            variant=asked.variant,
            tier=TIERS[drawn.tier],
            image=self.image(drawn.picture),
            cached=view.cached,
            seconds=drawn.seconds,
            image_url=self._signer.sign(view.image_url.removeprefix(PREFIX)) if view.image_url else "",
        )
        set_time(message.create_time, drawn.created_at)
        return message

    def image(self, picture: Picture) -> image_pb.Image:
        """A picture with its address."""
        return self._messages.image(picture)


def asked_card(request: pb.RenderCardRequest) -> AskedCard:
    """Which card a request means."""
    return AskedCard(request.player_id, _ASKED_KINDS[request.kind], request.variant, _ASKED_TIERS.get(request.tier))


def card_name(asked: AskedCard) -> str:
    """`<player id>/<batting|pitching>/<variant>`, with `/<tier>` after it where the tier was asked for."""
    name = f"{asked.player_id}/{asked.kind}/{asked.variant}"
    return name if asked.tier is None else f"{name}/{asked.tier.lower()}"


def import_response(summary: Summary) -> pb.ImportPlayersResponse:
    """What an import did."""
    return pb.ImportPlayersResponse(
        received=summary.received,
        inserted=summary.inserted,
        updated=summary.updated,
        unchanged=summary.unchanged,
        rejected=summary.rejected,
        rejections=[
            pb.RejectedPlayer(position=one.position, field=one.field, reason=one.reason, message=one.message)
            for one in summary.rejections
        ],
    )
