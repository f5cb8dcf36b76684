-- Claims up to $3 jobs of the kind $1, lane by lane in the order of $2, for the worker $4 under the token $5 and a lease
-- of $6 seconds.
WITH due AS MATERIALIZED (
    SELECT job.id
    FROM unnest($2::smallint []) AS wanted (lane)
    -- Read one after the other until there are enough.
    CROSS JOIN LATERAL (
        SELECT id
        FROM jobs
        WHERE kind = $1 AND state = 'QUEUED' AND lane = wanted.lane AND (deadline IS NULL OR deadline > now())
        ORDER BY run_at, id
        LIMIT $3
        FOR UPDATE SKIP LOCKED
    ) AS job
    WHERE NOT EXISTS (SELECT FROM paused_queues WHERE kind = $1)
    LIMIT $3
)

UPDATE jobs
SET
    state = 'RUNNING',
    attempt = attempt + 1,
    alone = false,
    lease_token = $5,
    lease_expires_at = clock_timestamp() + make_interval(secs => $6::double precision),
    worker_id = $4,
    started_at = clock_timestamp()
-- An array, as no estimate of its length can make the planner read the whole table.
WHERE id = any(ARRAY(SELECT id FROM due))
RETURNING
    id, owner, payload, checkpoint, attempt, max_attempts, losses, cancel_requested, concurrency_key,
    extract(EPOCH FROM started_at - run_at)::double precision AS waited_seconds,
    extract(EPOCH FROM deadline - started_at)::double precision AS remaining_seconds
