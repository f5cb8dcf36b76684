-- Accepts activities of the owner $1, each with a list of its own: $2 ids, $3 pods, $4 accounts, $5 keys, $6 posts, $7 kinds, $8
-- comments, $9 due times, $10 jitter, $11 late policies, $12 late after, $13 spread, $14 times to run at, $15 jobs. One row for
-- each that wasn't there by its key.
INSERT INTO activities (
    id, owner, pod_id, account_id, key, post, kind, comment, due_at, jitter_seconds, late_policy, late_after_seconds,
    spread_seconds, run_at, job_id
)
SELECT
    new.id, $1, new.pod_id, new.account_id, new.key, new.post, new.kind, new.comment, new.due_at, new.jitter_seconds,
    new.late_policy, new.late_after_seconds, new.spread_seconds, new.run_at, new.job_id
FROM unnest(
    $2::uuid [], $3::uuid [], $4::uuid [], $5::bytea [], $6::text [], $7::text [], $8::text [], $9::timestamptz [],
    $10::double precision [], $11::text [], $12::double precision [], $13::double precision [], $14::timestamptz [],
    $15::uuid []
) AS new (
    id, pod_id, account_id, key, post, kind, comment, due_at, jitter_seconds, late_policy, late_after_seconds,
    spread_seconds, run_at, job_id
)
-- In one order, as two batches with the same activities must not wait for each other in a ring.
ORDER BY new.key
ON CONFLICT (key) DO NOTHING
RETURNING id AS activity_id
