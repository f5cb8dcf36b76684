-- A page of cards by folded name: $1 part of it as a LIKE pattern, $2 set id, $3 number (null: any), $4 and $5 the name
-- and catalogue id to go on after (null: from the start), $6 how many.
SELECT
    folded_name,
    id::text AS card_id, catalog_id, origin, name, number, rarity, set_id, set_name, set_series, set_code, set_total,
    set_printed_total, release_date, supertype, types, artist, national_pokedex_numbers, image_small, image_large,
    created_at, updated_at
FROM cards
WHERE
    ($1::text IS NULL OR folded_name LIKE $1)
    AND ($2::text IS NULL OR set_id = $2)
    AND ($3::text IS NULL OR number = $3)
    AND ($4::text IS NULL OR (folded_name, catalog_id) > ($4, $5::text))
ORDER BY folded_name, catalog_id
LIMIT $6
