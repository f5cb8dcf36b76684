-- Whether the variant $3 of kind $2 of the player $1 is there and has no address.
SELECT EXISTS (
    SELECT
    FROM card_variants
    WHERE player_id = $1 AND kind = $2 AND variant = $3 AND image_url IS NULL
) AS lacks
