-- Upserts players, no two of them with the same id: $1 a JSON list of objects with player_id and record. One row: how many
-- are new and changed, and the roster's revision from then on.
WITH bumped AS (
    UPDATE roster SET revision = revision + 1
    RETURNING revision
),

upserted AS (
    INSERT INTO players AS player (player_id, record)
    SELECT new.player_id, new.record
    FROM jsonb_to_recordset($1::jsonb) AS new (player_id text, record jsonb)
    CROSS JOIN bumped
    ORDER BY new.player_id
    ON CONFLICT (player_id) DO UPDATE SET record = excluded.record, updated_at = now()
    WHERE player.record IS DISTINCT FROM excluded.record
    RETURNING old.player_id IS NULL AS is_new
)

SELECT
    (SELECT revision FROM bumped) AS revision,
    count(*) FILTER (WHERE is_new) AS inserted,
    count(*) FILTER (WHERE NOT is_new) AS updated
FROM upserted
