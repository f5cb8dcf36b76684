-- The images that were made from the same, by their identities $1.
SELECT
    identity, sha256, format, width, height, bytes, thumbnail_sha256, thumbnail_format, thumbnail_width,
    thumbnail_height, thumbnail_bytes, backend, seconds
FROM images
WHERE identity = any($1::bytea [])
