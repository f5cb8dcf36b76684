-- The jobs $1 as they are shown, those that are $2's (null: anybody's).
SELECT
    id, kind, owner, state, lane, progress_done, progress_total, attempt, max_attempts, error_class, error_message,
    error_at, cancel_requested, idempotency_key, concurrency_key, created_at, run_at, deadline, started_at, ended_at,
    worker_id
FROM jobs
WHERE id = any($1::uuid []) AND ($2::text IS NULL OR owner = $2)
