-- Those of the activities $1 that are the owner's $2 (null: anybody's), as get_activity gives them, by due time.
SELECT
    activity_id, owner, pod_id, account_id, post, kind, comment, due_at, jitter_seconds, late_policy, late_after_seconds,
    spread_seconds, run_at, state, job_id, attempt, started_at, latency_seconds, status, external_id, excerpt, error_class,
    error_message, error_at, created_at, ended_at
FROM shown_activities
WHERE activity_id = any($1::uuid []) AND ($2::text IS NULL OR owner = $2)
ORDER BY due_at, activity_id
