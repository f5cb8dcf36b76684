-- Upserts poses of the owner $1 (empty: everybody's), no two of them with the same id: $2 a JSON list of objects with pose_id,
-- name, tags and skeleton. One row: how many are new and changed.
WITH upserted AS (
    INSERT INTO poses AS pose (owner, pose_id, name, tags, skeleton)
    SELECT $1, new.pose_id, new.name, new.tags, new.skeleton
    FROM jsonb_to_recordset($2::jsonb) AS new (pose_id text, name text, tags text [], skeleton jsonb)
    ORDER BY new.pose_id
    ON CONFLICT (owner, pose_id) DO UPDATE SET
        name = excluded.name, tags = excluded.tags, skeleton = excluded.skeleton, updated_at = now()
    WHERE (pose.name, pose.tags, pose.skeleton) IS DISTINCT FROM (excluded.name, excluded.tags, excluded.skeleton)
    RETURNING old.pose_id IS NULL AS is_new
)

SELECT
    count(*) FILTER (WHERE is_new) AS inserted,
    count(*) FILTER (WHERE NOT is_new) AS updated
FROM upserted
