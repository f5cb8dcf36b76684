-- The snapshot $1 with the name of its repository, if that belongs to $2 (null: to anybody).
SELECT
    snapshots.id AS snapshot_id, snapshots.repository_id, repositories.owner, repositories.name, snapshots.files,
    snapshots.bytes, snapshots.digest
FROM snapshots
INNER JOIN repositories ON repositories.id = snapshots.repository_id
WHERE snapshots.id = $1 AND ($2::text IS NULL OR repositories.owner = $2)
