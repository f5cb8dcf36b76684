-- A page of the detections of the scan $1, in order: $2 only with these reasons (null: all), $3 the position to go on after,
-- $4 how many.
SELECT
    d.position, d.detection, d.tier, d.card_id::text AS card_id, card.catalog_id, card.name, d.reason, d.message,
    d.candidates, d.confirmed_at
FROM detections AS d
LEFT JOIN cards AS card ON card.id = d.card_id
WHERE d.scan_id = $1 AND ($2::text [] IS NULL OR d.reason = any($2)) AND d.position > $3
ORDER BY d.position
LIMIT $4
