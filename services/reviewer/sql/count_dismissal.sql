-- Count the finding $1 of a review as dismissed, before it is; nothing when it was.
WITH before AS (
    SELECT review_id, status, severity, status IN ('NEW', 'PERSISTING') AS is_there
    FROM findings
    WHERE id = $1 AND status <> 'DISMISSED'
    FOR UPDATE
)

UPDATE reviews
SET counts = ARRAY[
    counts[1] - (before.status = 'NEW')::integer,
    counts[2] - (before.status = 'PERSISTING')::integer,
    counts[3] - (before.status = 'FIXED')::integer,
    counts[4] + 1,
    counts[5] - (before.is_there AND before.severity = 5)::integer,
    counts[6] - (before.is_there AND before.severity = 4)::integer,
    counts[7] - (before.is_there AND before.severity = 3)::integer,
    counts[8] - (before.is_there AND before.severity = 2)::integer,
    counts[9] - (before.is_there AND before.severity = 1)::integer
]
FROM before
WHERE reviews.id = before.review_id
