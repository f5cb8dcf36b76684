-- Keeps the files of the snapshot $1: $2 paths, $3 hashes of their contents, $4 bytes.
INSERT INTO snapshot_files (snapshot_id, path, sha256, bytes)
SELECT $1, new.path, new.sha256, new.bytes
FROM unnest($2::text [], $3::text [], $4::integer []) AS new (path, sha256, bytes)
