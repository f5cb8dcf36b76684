-- The files of the snapshot $1, by path.
SELECT path, sha256, bytes
FROM snapshot_files
WHERE snapshot_id = $1
ORDER BY path
