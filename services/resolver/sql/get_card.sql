-- One card: $1 its id, or $2 its catalogue id; the other is null.
SELECT
    id::text AS card_id, catalog_id, origin, name, number, rarity, set_id, set_name, set_series, set_code, set_total,
    set_printed_total, release_date, supertype, types, artist, national_pokedex_numbers, image_small, image_large,
    created_at, updated_at
FROM cards
WHERE id = $1 OR catalog_id = $2
