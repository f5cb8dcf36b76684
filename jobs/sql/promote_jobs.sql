-- Queues jobs whose time has come, up to $1. A row for each.
WITH due AS MATERIALIZED (
    SELECT id
    FROM jobs
    WHERE state = 'SCHEDULED' AND run_at <= now()
    ORDER BY run_at
    LIMIT $1
    FOR UPDATE SKIP LOCKED
)

UPDATE jobs
SET state = 'QUEUED'
WHERE id = any(ARRAY(SELECT id FROM due))
RETURNING id, kind
