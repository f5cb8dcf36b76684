-- The poses with the ids $1 that $2 may draw: its own before everybody's, and where $3 anybody's after these.
SELECT DISTINCT ON (pose_id) owner, pose_id, name, tags, skeleton, created_at
FROM poses
WHERE pose_id = any($1::text []) AND (owner IN ($2, '') OR $3)
ORDER BY pose_id, owner <> $2, owner <> '', owner
