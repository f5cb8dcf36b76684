-- Keeps a card image: $1 identity, $2 player, $3 kind, $4 variant, $5 tier, $6 whether that isn't the career's, $7 to $11
-- the picture (hash, format, width, height, bytes), $12 seconds. One that is known already was drawn again: its object was
-- lost.
INSERT INTO card_images (
    identity, player_id, kind, variant, tier, tier_override, sha256, format, width, height, bytes, seconds
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (identity) DO UPDATE SET
    sha256 = excluded.sha256, format = excluded.format, width = excluded.width, height = excluded.height,
    bytes = excluded.bytes, seconds = excluded.seconds, created_at = now()
RETURNING tier, sha256, format, width, height, bytes, seconds, created_at
