-- Counts the parts with which the review $1 was accepted and which have ended, and what they tell. A row: whether it has ended
-- by that.
UPDATE reviews
SET
    succeeded = copies.parts,
    counts = copies.counts,
    ended_at = CASE WHEN copies.parts = reviews.total THEN now() END
FROM (
    SELECT
        (SELECT count(*) FROM parts WHERE review_id = $1 AND state = 'SUCCEEDED') AS parts,
        ARRAY[
            count(*) FILTER (WHERE status = 'NEW'),
            count(*) FILTER (WHERE status = 'PERSISTING'),
            count(*) FILTER (WHERE status = 'FIXED'),
            count(*) FILTER (WHERE status = 'DISMISSED'),
            count(*) FILTER (WHERE status <> 'DISMISSED' AND severity = 5),
            count(*) FILTER (WHERE status <> 'DISMISSED' AND severity = 4),
            count(*) FILTER (WHERE status <> 'DISMISSED' AND severity = 3),
            count(*) FILTER (WHERE status <> 'DISMISSED' AND severity = 2),
            count(*) FILTER (WHERE status <> 'DISMISSED' AND severity = 1)
        ] AS counts
    FROM findings
    WHERE review_id = $1 AND told
) AS copies
WHERE reviews.id = $1
RETURNING reviews.ended_at IS NOT NULL AS ended
