-- Resolves a batch by KEY, CATALOG and EMBEDDING: $1 sources, $2 external ids, $3 dry run. One row an item, in order.
WITH asked AS MATERIALIZED (
    SELECT item.ordinal, item.source, item.external_id, card.id AS card_id, card.catalog_id, card.name
    FROM unnest($1::text [], $2::text []) WITH ORDINALITY AS item (source, external_id, ordinal)
    LEFT JOIN card_keys AS key ON key.source = item.source AND key.external_id = item.external_id
    LEFT JOIN cards AS card ON card.id = key.card_id
),

unkeyed AS MATERIALIZED (
    SELECT source, external_id, count(*) AS times
    FROM asked
    WHERE card_id IS NULL
    GROUP BY source, external_id
),

found AS MATERIALIZED (
    SELECT
        unkeyed.source, unkeyed.external_id, unkeyed.times,
        card.id AS card_id, card.name AS card_name, embedded.name AS embedded_name
    FROM unkeyed
    LEFT JOIN cards AS card ON card.catalog_id = unkeyed.external_id
    LEFT JOIN card_embeddings AS embedded ON embedded.catalog_id = unkeyed.external_id AND card.id IS NULL
),

-- Creators queue here, before they touch cards; see the table's comment.
bumped AS (
    UPDATE catalogue SET revision = revision + 1
    WHERE NOT $3 AND EXISTS (SELECT FROM found WHERE embedded_name <> '')
    RETURNING revision
),

-- A caller that comes second meets the conflict and gets the card of the first.
created AS (
    INSERT INTO cards AS card (
        catalog_id, origin, name, folded_name, number, rarity, set_id, set_name, set_series, set_code, set_total,
        set_printed_total, release_date, supertype, types, artist, national_pokedex_numbers, image_small, image_large,
        revision
    )
    SELECT
        e.catalog_id, 'EMBEDDING', e.name, e.folded_name, e.number, e.rarity, e.set_id, e.set_name, e.set_series,
        e.set_code, e.set_total, e.set_printed_total, e.release_date, e.supertype, e.types, e.artist,
        e.national_pokedex_numbers, e.image_small, e.image_large, bumped.revision
    FROM bumped
    CROSS JOIN (SELECT DISTINCT external_id FROM found WHERE embedded_name <> '') AS wanted
    INNER JOIN card_embeddings AS e ON e.catalog_id = wanted.external_id
    ORDER BY e.catalog_id
    ON CONFLICT (catalog_id) DO UPDATE SET catalog_id = excluded.catalog_id
    RETURNING card.id, card.catalog_id, card.name, old.id IS NULL AS is_new
),

settled AS MATERIALIZED (
    SELECT
        found.source, found.external_id, found.times,
        coalesce(found.card_id, created.id) AS card_id,
        coalesce(found.card_name, created.name, nullif(found.embedded_name, '')) AS name,
        CASE WHEN found.card_id IS NOT NULL THEN 'CATALOG' WHEN found.embedded_name <> '' THEN 'EMBEDDING' END AS tier,
        CASE
            WHEN found.card_id IS NOT NULL OR found.embedded_name <> '' THEN NULL
            WHEN found.embedded_name = '' THEN 'EMBEDDING_INCOMPLETE'
            ELSE 'NOT_IN_CATALOG'
        END AS reason,
        coalesce(created.is_new, false) AS is_new
    FROM found
    LEFT JOIN created ON created.catalog_id = found.external_id
),

-- A key that somebody else has written meanwhile stands; the answer is then contested, and asked for again.
keyed AS (
    INSERT INTO card_keys AS key (source, external_id, card_id)
    SELECT source, external_id, card_id
    FROM settled
    WHERE card_id IS NOT NULL AND NOT $3
    ORDER BY source, external_id
    ON CONFLICT (source, external_id) DO UPDATE SET source = excluded.source
    RETURNING key.source, key.external_id, key.card_id
),

filled AS (
    UPDATE gaps SET resolved_at = now()
    FROM keyed
    WHERE gaps.source = keyed.source AND gaps.external_id = keyed.external_id AND gaps.resolved_at IS NULL
),

missed AS (
    INSERT INTO gaps AS gap (source, external_id, reason, count)
    SELECT source, external_id, reason, times
    FROM settled
    WHERE reason IS NOT NULL AND NOT $3
    ORDER BY source, external_id
    ON CONFLICT (source, external_id) DO UPDATE
    SET reason = excluded.reason, count = gap.count + excluded.count, last_seen_at = now(), resolved_at = NULL
)

SELECT
    asked.source,
    asked.external_id,
    CASE WHEN asked.card_id IS NOT NULL THEN 'KEY' ELSE settled.tier END AS tier,
    coalesce(asked.card_id, settled.card_id)::text AS card_id,
    coalesce(asked.catalog_id, CASE WHEN settled.tier IS NOT NULL THEN asked.external_id END) AS catalog_id,
    coalesce(asked.name, settled.name) AS name,
    settled.reason,
    keyed.card_id IS DISTINCT FROM settled.card_id AND keyed.card_id IS NOT NULL AS contested,
    coalesce(settled.is_new, false) AS is_new
FROM asked
LEFT JOIN settled
    ON asked.card_id IS NULL AND settled.source = asked.source AND settled.external_id = asked.external_id
LEFT JOIN keyed
    ON asked.card_id IS NULL AND keyed.source = asked.source AND keyed.external_id = asked.external_id
ORDER BY asked.ordinal
