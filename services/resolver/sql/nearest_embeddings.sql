-- The exact nearest embeddings by cosine distance: $1 all points end to end, $2 how many, $3 dimensions, $4 how many each.
WITH asked AS MATERIALIZED (
    SELECT query.ordinal, ($1::real [])[(query.ordinal - 1) * $3::integer + 1:query.ordinal * $3::integer]::vector AS point
    FROM generate_series(1, $2::integer) AS query (ordinal)
)

SELECT
    asked.ordinal, near.catalog_id, near.distance, card.id::text AS card_id,
    coalesce(card.name, near.name) AS name,
    coalesce(card.number, near.number) AS number,
    coalesce(card.set_name, near.set_name) AS set_name
FROM asked
CROSS JOIN LATERAL (
    SELECT known.catalog_id, known.name, known.number, known.set_name, known.embedding <=> asked.point AS distance
    FROM card_embeddings AS known
    WHERE vector_dims(known.embedding) = $3::integer
    ORDER BY distance, known.catalog_id
    LIMIT $4
) AS near
LEFT JOIN cards AS card ON card.catalog_id = near.catalog_id
ORDER BY asked.ordinal, near.distance, near.catalog_id
