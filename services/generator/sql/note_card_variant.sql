-- Notes that the variant $3 of kind $2 of the player $1 shows the picture $4, drawn under the roster's revision $5. An older
-- picture doesn't replace a newer one; a new one has no address yet. One row: which picture the variant shows, and its
-- address; none when somebody else has just written it.
WITH noted AS (
    INSERT INTO card_variants AS variant (player_id, kind, variant, sha256, revision)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (player_id, kind, variant) DO UPDATE SET
        sha256 = excluded.sha256, revision = excluded.revision, image_url = NULL, asked_at = now(), sweeps = 0
    WHERE variant.revision <= excluded.revision AND variant.sha256 <> excluded.sha256
    RETURNING sha256, image_url
)

SELECT noted.sha256, noted.image_url
FROM noted
UNION ALL
SELECT known.sha256, known.image_url
FROM card_variants AS known
WHERE
    known.player_id = $1
    AND known.kind = $2
    AND known.variant = $3
    AND NOT EXISTS (SELECT FROM noted)
