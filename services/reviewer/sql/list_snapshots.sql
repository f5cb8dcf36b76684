-- A page of the snapshots of the repository $1, the newest first: $2 the id to go on after (null: from the newest), $3 how many.
SELECT id AS snapshot_id, repository_id, revision, files, bytes, known, left_out, created_at
FROM snapshots
WHERE repository_id = $1 AND ($2::uuid IS NULL OR id < $2)
ORDER BY id DESC
LIMIT $3
