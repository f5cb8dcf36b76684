-- A page of activities by due time, as get_activity gives them: $1 owner (null: any), $2 pod (null: any), $3 account (null: any),
-- $4 states (null: any), $5 and $6 the due time and id to go on after (null: from the start), $7 how many.
SELECT
    activity_id, owner, pod_id, account_id, post, kind, comment, due_at, jitter_seconds, late_policy, late_after_seconds,
    spread_seconds, run_at, state, job_id, attempt, started_at, latency_seconds, status, external_id, excerpt, error_class,
    error_message, error_at, created_at, ended_at
FROM shown_activities
WHERE
    ($1::text IS NULL OR owner = $1)
    AND ($2::uuid IS NULL OR pod_id = $2)
    AND ($3::uuid IS NULL OR account_id = $3)
    AND ($4::text [] IS NULL OR state = any($4))
    AND ($5::timestamptz IS NULL OR (due_at, activity_id) > ($5, $6::uuid))
ORDER BY due_at, activity_id
LIMIT $7
