-- Of the owner $1's newest $3 jobs that haven't ended $2, those that run first, then the newest; on each row how many of
-- all of them are in each state.
SELECT
    *,
    count(*) FILTER (WHERE state = 'SCHEDULED') OVER () AS all_scheduled,
    count(*) FILTER (WHERE state = 'QUEUED') OVER () AS all_queued,
    count(*) FILTER (WHERE state = 'RUNNING') OVER () AS all_running
FROM (
    SELECT
        id, kind, owner, state, lane, progress_done, progress_total, attempt, max_attempts, error_class, error_message,
        error_at, cancel_requested, idempotency_key, concurrency_key, created_at, run_at, deadline, started_at, ended_at,
        worker_id
    FROM jobs
    WHERE owner = $1 AND state IN ('SCHEDULED', 'QUEUED', 'RUNNING')
    ORDER BY id DESC
    LIMIT $3
) AS unended
ORDER BY state = 'RUNNING' DESC, id DESC
LIMIT $2
