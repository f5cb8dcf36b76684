-- Adds keys: $1 sources, $2 external ids, $3 card ids, $4 catalogue ids (one of the two is null). One row a record, in
-- order: `target` is the card it names, `holder` the card that has the key now, `is_new` whether this record wrote it.
WITH batch AS MATERIALIZED (
    SELECT record.ordinal, record.source, record.external_id, coalesce(by_id.id, by_catalog_id.id) AS target
    FROM unnest($1::text [], $2::text [], $3::uuid [], $4::text []) WITH ORDINALITY
        AS record (source, external_id, card_id, catalog_id, ordinal)
    LEFT JOIN cards AS by_id ON by_id.id = record.card_id
    LEFT JOIN cards AS by_catalog_id ON by_catalog_id.catalog_id = record.catalog_id
),

first AS MATERIALIZED (
    SELECT DISTINCT ON (source, external_id) ordinal, source, external_id, target
    FROM batch
    WHERE target IS NOT NULL
    ORDER BY source, external_id, ordinal
),

written AS (
    INSERT INTO card_keys AS key (source, external_id, card_id)
    SELECT source, external_id, target
    FROM first
    ORDER BY source, external_id
    ON CONFLICT (source, external_id) DO NOTHING
    RETURNING key.source, key.external_id, key.card_id
),

filled AS (
    UPDATE gaps SET resolved_at = now()
    FROM written
    WHERE gaps.source = written.source AND gaps.external_id = written.external_id AND gaps.resolved_at IS NULL
)

SELECT
    batch.target::text AS target,
    coalesce(written.card_id, known.card_id)::text AS holder,
    coalesce(written.card_id IS NOT NULL AND first.ordinal = batch.ordinal, false) AS is_new
FROM batch
LEFT JOIN first ON first.source = batch.source AND first.external_id = batch.external_id
LEFT JOIN written ON written.source = batch.source AND written.external_id = batch.external_id
LEFT JOIN card_keys AS known ON known.source = batch.source AND known.external_id = batch.external_id
ORDER BY batch.ordinal
