-- Accepts the detections of the scan $1 of the owner $2, in order: $3 ids, $4 messages, $5 kinds of evidence, $6 and $7
-- sources and ids of their keys, $8 values, $9 currencies, $10 reasons why one can't be used, $11 what is wrong with it.
INSERT INTO detections (
    scan_id, owner, position, detection_id, detection, evidence, key_source, key_id, estimated_value, currency, reason,
    message
)
SELECT
    $1, $2, new.position, new.detection_id, new.detection, new.evidence, new.key_source, new.key_id,
    new.estimated_value, new.currency, new.reason, new.message
FROM unnest(
    $3::text [], $4::bytea [], $5::text [], $6::text [], $7::text [], $8::numeric [], $9::text [], $10::text [],
    $11::text []
) WITH ORDINALITY AS new (
    detection_id, detection, evidence, key_source, key_id, estimated_value, currency, reason, message, position
)
