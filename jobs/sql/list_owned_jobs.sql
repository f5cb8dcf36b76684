-- A page of one owner's jobs as list_jobs, with $6 the owner. A statement of its own, so that its plan always is a range
-- of jobs_by_owner.
SELECT
    id, kind, owner, state, lane, progress_done, progress_total, attempt, max_attempts, error_class, error_message,
    error_at, cancel_requested, idempotency_key, concurrency_key, created_at, run_at, deadline, started_at, ended_at,
    worker_id
FROM jobs
WHERE
    owner = $6
    AND ($1::text [] IS NULL OR state = any($1))
    AND ($2::text IS NULL OR kind = $2)
    AND created_at <= now() - make_interval(secs => $3::double precision)
    AND id < coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
ORDER BY id DESC
LIMIT $5
