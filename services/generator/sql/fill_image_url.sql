-- Gives the variant $3 of kind $2 of the player $1 the picture $4, drawn under the roster's revision $5, with its address $6;
-- unless it is gone, or shows a newer one.
UPDATE card_variants
SET sha256 = $4, revision = $5, image_url = $6
WHERE player_id = $1 AND kind = $2 AND variant = $3 AND revision <= $5
