-- The detection $2 of the scan $1, as list_detections gives it, and its key.
SELECT
    d.position, d.detection, d.tier, d.card_id::text AS card_id, card.catalog_id, card.name, d.reason, d.message,
    d.candidates, d.confirmed_at, d.key_source, d.key_id
FROM detections AS d
LEFT JOIN cards AS card ON card.id = d.card_id
WHERE d.scan_id = $1 AND d.detection_id = $2
