-- Upserts the staged cards of import $1 by catalogue id, the last of equals. One row: how many are new and changed.
WITH batch AS (
    DELETE FROM staged_cards
    WHERE import_id = $1
    RETURNING *
),

latest AS (
    SELECT DISTINCT ON (catalog_id) *
    FROM batch
    ORDER BY catalog_id, position DESC
),

bumped AS (
    UPDATE catalogue SET revision = revision + 1
    RETURNING revision
),

upserted AS (
    INSERT INTO cards AS card (
        catalog_id, origin, name, folded_name, number, rarity, set_id, set_name, set_series, set_code, set_total,
        set_printed_total, release_date, supertype, types, artist, national_pokedex_numbers, image_small, image_large,
        revision
    )
    SELECT
        catalog_id, 'CATALOG', name, folded_name, number, rarity, set_id, set_name, set_series, set_code, set_total,
        set_printed_total, release_date, supertype, types, artist, national_pokedex_numbers, image_small, image_large,
        bumped.revision
    FROM latest
    CROSS JOIN bumped
    ON CONFLICT (catalog_id) DO UPDATE SET
        origin = excluded.origin, name = excluded.name, folded_name = excluded.folded_name, number = excluded.number,
        rarity = excluded.rarity, set_id = excluded.set_id, set_name = excluded.set_name,
        set_series = excluded.set_series, set_code = excluded.set_code, set_total = excluded.set_total,
        set_printed_total = excluded.set_printed_total, release_date = excluded.release_date,
        supertype = excluded.supertype, types = excluded.types, artist = excluded.artist,
        national_pokedex_numbers = excluded.national_pokedex_numbers, image_small = excluded.image_small,
        image_large = excluded.image_large, revision = excluded.revision, updated_at = now()
    WHERE (
        card.origin, card.name, card.folded_name, card.number, card.rarity, card.set_id, card.set_name,
        card.set_series, card.set_code, card.set_total, card.set_printed_total, card.release_date, card.supertype,
        card.types, card.artist, card.national_pokedex_numbers, card.image_small, card.image_large
    ) IS DISTINCT FROM (
        excluded.origin, excluded.name, excluded.folded_name, excluded.number, excluded.rarity, excluded.set_id,
        excluded.set_name, excluded.set_series, excluded.set_code, excluded.set_total, excluded.set_printed_total,
        excluded.release_date, excluded.supertype, excluded.types, excluded.artist,
        excluded.national_pokedex_numbers, excluded.image_small, excluded.image_large
    )
    RETURNING old.id IS NULL AS is_new
)

SELECT
    count(*) FILTER (WHERE is_new) AS inserted,
    count(*) FILTER (WHERE NOT is_new) AS updated
FROM upserted
