-- A picture of the generation $1 by its hash $2: an image, a thumbnail or an export.
SELECT sha256, format, width, height, bytes
FROM variations
WHERE generation_id = $1 AND sha256 = $2
UNION ALL
SELECT thumbnail_sha256, thumbnail_format, thumbnail_width, thumbnail_height, thumbnail_bytes
FROM variations
WHERE generation_id = $1 AND thumbnail_sha256 = $2
UNION ALL
SELECT sha256, format, width, height, bytes
FROM exports
WHERE generation_id = $1 AND sha256 = $2
LIMIT 1
