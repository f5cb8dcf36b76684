-- The jobs of the kinds $1 that may have changed within $3 seconds, those that are $2's (null: anybody's): all that run, a
-- few others, and every one of the ids $4.
WITH changed AS (
    SELECT id
    FROM jobs
    WHERE state = 'RUNNING' AND kind = any($1::text [])
    UNION ALL
    SELECT id
    FROM jobs
    WHERE
        state IN ('SUCCEEDED', 'FAILED', 'CANCELLED') AND kind = any($1)
        AND ended_at > now() - make_interval(secs => $3::double precision)
    UNION ALL
    -- Promoted, or tried again by somebody.
    SELECT id
    FROM jobs
    WHERE
        state = 'QUEUED' AND kind = any($1) AND lane IN (1, 2, 3)
        AND run_at > now() - make_interval(secs => $3)
    UNION ALL
    -- Waits for another attempt.
    SELECT id
    FROM jobs
    WHERE state = 'SCHEDULED' AND kind = any($1) AND started_at > now() - make_interval(secs => $3)
    UNION ALL
    -- New: an id begins with the time it was made at.
    SELECT id
    FROM jobs
    WHERE id > (SELECT uuidv7(- make_interval(secs => $3)))
    UNION ALL
    SELECT unnest($4::uuid [])
)

SELECT
    id, kind, owner, state, lane, progress_done, progress_total, attempt, max_attempts, error_class, error_message,
    error_at, cancel_requested, idempotency_key, concurrency_key, created_at, run_at, deadline, started_at, ended_at,
    worker_id
FROM jobs
WHERE id = any(ARRAY(SELECT changed.id FROM changed)) AND kind = any($1) AND ($2::text IS NULL OR owner = $2)
ORDER BY id
