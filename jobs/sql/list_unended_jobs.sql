-- The newest $3 jobs of the kinds $1 that haven't ended, those that are $2's (null: anybody's).
WITH unended AS MATERIALIZED (
    -- Each by its own partial index: among millions that have ended these are few.
    SELECT id
    FROM jobs
    WHERE state = 'QUEUED' AND kind = any($1::text []) AND ($2::text IS NULL OR owner = $2)
    UNION ALL
    SELECT id
    FROM jobs
    WHERE state = 'SCHEDULED' AND kind = any($1) AND ($2 IS NULL OR owner = $2)
    UNION ALL
    SELECT id
    FROM jobs
    WHERE state = 'RUNNING' AND kind = any($1) AND ($2 IS NULL OR owner = $2)
)

SELECT
    id, kind, owner, state, lane, progress_done, progress_total, attempt, max_attempts, error_class, error_message,
    error_at, cancel_requested, idempotency_key, concurrency_key, created_at, run_at, deadline, started_at, ended_at,
    worker_id
FROM jobs
WHERE id = any(ARRAY(SELECT unended.id FROM unended ORDER BY unended.id DESC LIMIT $3))
ORDER BY id DESC
