-- Cancels those of the jobs $1 that haven't ended: what waits ends CANCELLED, what runs should stop. One row each, by its
-- state as it then is.
WITH locked AS MATERIALIZED (
    -- In one order, as of two that cancel the same jobs neither may wait for the other in a ring.
    SELECT id, state = 'RUNNING' AS runs
    FROM jobs
    WHERE id = any($1::uuid []) AND state IN ('SCHEDULED', 'QUEUED', 'RUNNING')
    ORDER BY id
    FOR UPDATE
)

UPDATE jobs
SET
    state = CASE WHEN locked.runs THEN jobs.state ELSE 'CANCELLED' END,
    ended_at = CASE WHEN locked.runs THEN NULL ELSE clock_timestamp() END,
    checkpoint = CASE WHEN locked.runs THEN jobs.checkpoint END,
    cancel_requested = jobs.cancel_requested OR locked.runs
FROM locked
WHERE jobs.id = locked.id
RETURNING jobs.id, jobs.kind, jobs.owner, jobs.payload, jobs.state
