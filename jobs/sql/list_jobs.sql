-- A page of all owners' jobs, the newest first: $1 states (null: any), $2 kind (null: any), $3 for how many seconds they
-- have been accepted at least, $4 the id to go on after (null: from the newest), $5 how many.
SELECT
    id, kind, owner, state, lane, progress_done, progress_total, attempt, max_attempts, error_class, error_message,
    error_at, cancel_requested, idempotency_key, concurrency_key, created_at, run_at, deadline, started_at, ended_at,
    worker_id
FROM jobs
WHERE
    ($1::text [] IS NULL OR state = any($1))
    AND ($2::text IS NULL OR kind = $2)
    AND created_at <= now() - make_interval(secs => $3::double precision)
    -- A bound of the index, not a filter: whoever goes on after the tenth page must not read the nine before.
    AND id < coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
ORDER BY id DESC
LIMIT $5
