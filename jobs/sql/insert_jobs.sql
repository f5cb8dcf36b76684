-- Enqueues a batch: $1 kinds, $2 owners, $3 lanes, $4 payloads, $5 times to run at (null: now), $6 deadlines, $7 attempts,
-- $8 concurrency keys. One row a job, in order.
INSERT INTO jobs (kind, owner, state, lane, payload, run_at, deadline, max_attempts, concurrency_key)
SELECT
    new.kind, new.owner, CASE WHEN new.run_at > now() THEN 'SCHEDULED' ELSE 'QUEUED' END, new.lane, new.payload,
    coalesce(new.run_at, now()), new.deadline, new.max_attempts, new.concurrency_key
FROM unnest(
    $1::text [], $2::text [], $3::smallint [], $4::bytea [], $5::timestamptz [], $6::timestamptz [], $7::integer [],
    $8::text []
) AS new (kind, owner, lane, payload, run_at, deadline, max_attempts, concurrency_key)
RETURNING id, true AS created, true AS same, extract(EPOCH FROM run_at - now())::double precision AS due_seconds
