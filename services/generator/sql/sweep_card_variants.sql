-- Up to $2 variants that have lacked an address for $1 seconds since a job was last asked for one; twice as long after each
-- sweep, to a week or so. Counts the sweep.
UPDATE card_variants AS variant
SET sweeps = variant.sweeps + 1, asked_at = now()
FROM (
    SELECT player_id, kind, variant
    FROM card_variants
    WHERE
        image_url IS NULL
        AND asked_at < now() - make_interval(secs => $1)
        AND asked_at < now() - make_interval(secs => $1) * 2 ^ least(sweeps, 10)
    ORDER BY asked_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
) AS lacking
WHERE (variant.player_id, variant.kind, variant.variant) = (lacking.player_id, lacking.kind, lacking.variant)
RETURNING variant.player_id, variant.kind, variant.variant, variant.sha256, variant.sweeps
