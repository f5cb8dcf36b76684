-- Upserts the staged embeddings of import $1 by catalogue id, the last of equals. One row: how many are new and changed.
WITH batch AS (
    DELETE FROM staged_embeddings
    WHERE import_id = $1
    RETURNING *
),

latest AS (
    SELECT DISTINCT ON (catalog_id) *
    FROM batch
    ORDER BY catalog_id, position DESC
),

upserted AS (
    INSERT INTO card_embeddings AS known (
        catalog_id, embedding, model, name, folded_name, number, rarity, set_id, set_name, set_series, set_code,
        set_total, set_printed_total, release_date, supertype, types, artist, national_pokedex_numbers, image_small,
        image_large
    )
    SELECT
        catalog_id, embedding::vector, model, name, folded_name, number, rarity, set_id, set_name, set_series, set_code,
        set_total, set_printed_total, release_date, supertype, types, artist, national_pokedex_numbers, image_small,
        image_large
    FROM latest
    ORDER BY catalog_id
    ON CONFLICT (catalog_id) DO UPDATE SET
        embedding = excluded.embedding, model = excluded.model, name = excluded.name,
        folded_name = excluded.folded_name, number = excluded.number, rarity = excluded.rarity,
        set_id = excluded.set_id, set_name = excluded.set_name, set_series = excluded.set_series,
        set_code = excluded.set_code, set_total = excluded.set_total, set_printed_total = excluded.set_printed_total,
        release_date = excluded.release_date, supertype = excluded.supertype, types = excluded.types,
        artist = excluded.artist, national_pokedex_numbers = excluded.national_pokedex_numbers,
        image_small = excluded.image_small, image_large = excluded.image_large, updated_at = now()
    WHERE (
        known.embedding, known.model, known.name, known.folded_name, known.number, known.rarity, known.set_id,
        known.set_name, known.set_series, known.set_code, known.set_total, known.set_printed_total,
        known.release_date, known.supertype, known.types, known.artist, known.national_pokedex_numbers,
        known.image_small, known.image_large
    ) IS DISTINCT FROM (
        excluded.embedding, excluded.model, excluded.name, excluded.folded_name, excluded.number, excluded.rarity,
        excluded.set_id, excluded.set_name, excluded.set_series, excluded.set_code, excluded.set_total,
        excluded.set_printed_total, excluded.release_date, excluded.supertype, excluded.types, excluded.artist,
        excluded.national_pokedex_numbers, excluded.image_small, excluded.image_large
    )
    RETURNING old.catalog_id IS NULL AS is_new
)

SELECT
    count(*) FILTER (WHERE is_new) AS inserted,
    count(*) FILTER (WHERE NOT is_new) AS updated
FROM upserted
