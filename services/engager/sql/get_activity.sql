-- The activity $1 of the owner $2 (null: anybody's), as it is shown.
SELECT
    activity_id, owner, pod_id, account_id, post, kind, comment, due_at, jitter_seconds, late_policy, late_after_seconds,
    spread_seconds, run_at, state, job_id, attempt, started_at, latency_seconds, status, external_id, excerpt, error_class,
    error_message, error_at, created_at, ended_at
FROM shown_activities
WHERE activity_id = $1 AND ($2::text IS NULL OR owner = $2)
