-- Keeps the snapshot $1 of the repository $2 under the revision $3: $4 files, $5 bytes, $6 known files, $7 left out,
-- and all of them the digest $8.
INSERT INTO snapshots AS snapshot (id, repository_id, revision, files, bytes, known, left_out, digest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING
    snapshot.id AS snapshot_id, repository_id, revision, files, bytes, known, left_out, created_at
