-- The image that was made from the same, by its identity $1.
SELECT
    sha256, format, width, height, bytes, thumbnail_sha256, thumbnail_format, thumbnail_width, thumbnail_height,
    thumbnail_bytes, backend, seconds
FROM images
WHERE identity = $1
