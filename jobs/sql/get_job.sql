-- The job $1 as it is shown, if it is $2's (null: anybody's).
SELECT
    id, kind, owner, state, lane, progress_done, progress_total, attempt, max_attempts, error_class, error_message,
    error_at, cancel_requested, idempotency_key, concurrency_key, created_at, run_at, deadline, started_at, ended_at,
    worker_id
FROM jobs
WHERE id = $1 AND ($2::text IS NULL OR owner = $2)
