-- Claims as claim_jobs, from the keys $7, which lock_keys has locked, never more than $8 RUNNING of one key.
WITH due AS MATERIALIZED (
    SELECT job.id
    FROM unnest($7::text []) AS open (concurrency_key)
    CROSS JOIN LATERAL (
        SELECT waiting.id, waiting.lane, waiting.run_at
        FROM unnest($2::smallint []) AS wanted (lane)
        -- Read one after the other until there are enough.
        CROSS JOIN LATERAL (
            SELECT id, lane, run_at
            FROM jobs
            WHERE
                kind = $1 AND state = 'QUEUED' AND concurrency_key = open.concurrency_key AND lane = wanted.lane
                AND (deadline IS NULL OR deadline > now())
            ORDER BY run_at, id
            LIMIT $8
            FOR UPDATE SKIP LOCKED
        ) AS waiting
        LIMIT greatest(
            0,
            $8::integer - (
                SELECT count(*)
                FROM jobs AS running
                WHERE
                    running.kind = $1 AND running.state = 'RUNNING' AND running.concurrency_key = open.concurrency_key
            )
        )
    ) AS job
    WHERE NOT EXISTS (SELECT FROM paused_queues WHERE kind = $1)
    ORDER BY array_position($2::smallint [], job.lane), job.run_at, job.id
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
WHERE id = any(ARRAY(SELECT id FROM due))
RETURNING
    id, owner, payload, checkpoint, attempt, max_attempts, losses, cancel_requested, concurrency_key,
    extract(EPOCH FROM started_at - run_at)::double precision AS waited_seconds,
    extract(EPOCH FROM deadline - started_at)::double precision AS remaining_seconds
