-- A page of card images, the newest first: $1 player (null: any), $2 the id to go on after (null: from the newest), $3 how
-- many. Each with the address of its variant, where the row shows this picture and has one.
SELECT
    image.id, image.player_id, image.kind, image.variant, image.tier, image.tier_override, image.sha256, image.format,
    image.width, image.height, image.bytes, image.seconds, image.created_at, shown.image_url
FROM card_images AS image
LEFT JOIN card_variants AS shown
    ON
        NOT image.tier_override
        AND shown.player_id = image.player_id
        AND shown.kind = image.kind
        AND shown.variant = image.variant
        AND shown.sha256 = image.sha256
WHERE
    ($1::text IS NULL OR image.player_id = $1)
    AND ($2::uuid IS NULL OR image.id < $2)
ORDER BY image.id DESC
LIMIT $3
