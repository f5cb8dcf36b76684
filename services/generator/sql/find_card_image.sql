-- The card image that was drawn of the same, by its identity $1.
SELECT tier, sha256, format, width, height, bytes, seconds, created_at
FROM card_images
WHERE identity = $1
