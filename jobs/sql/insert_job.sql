-- Enqueues one job: $1 kind, $2 owner, $3 lane, $4 payload, $5 time to run at (null: now), $6 deadline, $7 attempts, $8
-- concurrency key. No arrays, whose types asyncpg must ask each new connection for: that takes longer than all the rest.
INSERT INTO jobs (kind, owner, state, lane, payload, run_at, deadline, max_attempts, concurrency_key)
VALUES (
    $1, $2, CASE WHEN $5::timestamptz > now() THEN 'SCHEDULED' ELSE 'QUEUED' END, $3, $4,
    coalesce($5::timestamptz, now()), $6, $7, $8
)
RETURNING id, true AS created, true AS same, extract(EPOCH FROM run_at - now())::double precision AS due_seconds
