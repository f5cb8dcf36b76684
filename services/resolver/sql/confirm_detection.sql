-- Gives the detection $2 of the scan $1 the card $3, by a person.
UPDATE detections
SET tier = 'CONFIRMED', card_id = $3, reason = NULL, confirmed_at = clock_timestamp()
WHERE scan_id = $1 AND detection_id = $2
