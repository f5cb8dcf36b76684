-- A picture of a card by its hash $1.
SELECT sha256, format, width, height, bytes
FROM card_images
WHERE sha256 = $1
LIMIT 1
