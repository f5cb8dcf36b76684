"""The proto, the tables and Python use the same words."""

import re
from typing import Any

from atelier.generator.v1 import card_art_service_pb2 as cards_pb
from atelier.generator.v1 import generation_service_pb2 as pb

from chassis.postgres import Database
from services.generator.cardart.players import Kind
from services.generator.cardart.tiers import Tier
from services.generator.exporting import PRESETS
from services.generator.pictures import EXTENSIONS, Encoding
from tests.conftest import Schema


async def test_proto_sql_and_python_use_the_same_words(database: Database, schema: Schema) -> None:
    async def words(constraint: str) -> set[str]:
        query = (
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1 AND connamespace = $2::regnamespace"
        )
        async with database.connection() as connection:
            return set(re.findall(r"'(\w+)'", await connection.fetchval(query, constraint, schema.name)))

    async def computed() -> set[str]:
        query = "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'generations'::regclass"
        async with database.connection() as connection:
            rows = await connection.fetch(query)
        return {word for row in rows for word in re.findall(r"'([A-Z_]+)'", row[0])}

    def proto(enum: Any, prefix: str) -> set[str]:
        return {name.removeprefix(prefix) for name, _ in enum.items()} - {"UNSPECIFIED"}

    assert await computed() == proto(pb.GenerationState, "GENERATION_STATE_")
    assert await words("variations_state_check") == proto(pb.VariationState, "VARIATION_STATE_")
    assert await words("exports_preset_check") == proto(pb.ExportPreset, "EXPORT_PRESET_") == set(PRESETS)
    assert await words("exports_format_check") == proto(pb.ImageFormat, "IMAGE_FORMAT_") == set(Encoding)
    assert set(EXTENSIONS) == set(Encoding)
    kinds, tiers = proto(cards_pb.CardKind, "CARD_KIND_"), proto(cards_pb.CardTier, "CARD_TIER_")
    assert await words("card_images_kind_check") == await words("card_variants_kind_check") == kinds
    assert kinds == {kind.name for kind in Kind}
    assert await words("card_images_tier_check") == tiers == set(Tier)
