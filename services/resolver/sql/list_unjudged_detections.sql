-- What is still to be judged of the scan $1, in order: the card that a key names (an id's by its owner's keys only, as
-- resolve_cards knows the others), and the message where what it holds must be compared with the catalogue.
SELECT
    d.detection_id, d.evidence, d.key_source, d.key_id,
    coalesce(own.card_id, known.card_id)::text AS card_id,
    CASE WHEN d.evidence <> 'EXTERNAL' AND own.card_id IS NULL AND known.card_id IS NULL THEN d.detection END AS detection
FROM detections AS d
LEFT JOIN owner_keys AS own
    ON own.owner = d.owner AND own.source = d.key_source AND own.external_id = d.key_id
-- A null in place of the source spares the look-up.
LEFT JOIN card_keys AS known
    ON known.source = CASE WHEN d.evidence <> 'EXTERNAL' THEN d.key_source END AND known.external_id = d.key_id
WHERE d.scan_id = $1 AND num_nonnulls(d.tier, d.reason) < 1
ORDER BY d.position
