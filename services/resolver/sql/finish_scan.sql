-- Ends the scan $1 as SUCCEEDED with $2 cards created from embeddings (null: as before), and counts what it came to; one that
-- has SUCCEEDED already is counted again.
UPDATE scans
SET
    state = 'SUCCEEDED', ended_at = coalesce(scans.ended_at, clock_timestamp()),
    auto_created = coalesce($2, scans.auto_created), resolved = cards.resolved,
    user_cards_created = cards.created, user_cards_updated = cards.updated, unresolved = reasons.unresolved
FROM
    (
        SELECT
            count(*) AS resolved,
            count(DISTINCT d.card_id) FILTER (WHERE mine.first_scan_id = $1) AS created,
            count(DISTINCT d.card_id) FILTER (WHERE mine.first_scan_id <> $1) AS updated
        FROM detections AS d
        INNER JOIN user_cards AS mine ON mine.owner = d.owner AND mine.card_id = d.card_id
        WHERE d.scan_id = $1
    ) AS cards,
    (
        SELECT coalesce(jsonb_object_agg(counted.reason, counted.times), '{}') AS unresolved
        FROM (SELECT reason, count(*) AS times FROM detections WHERE scan_id = $1 AND reason IS NOT NULL GROUP BY reason)
            AS counted
    ) AS reasons
WHERE scans.id = $1
