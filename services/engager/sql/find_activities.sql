-- Those of the activities with the keys $1 that there are, as get_activity gives them, with the key.
SELECT
    key, activity_id, owner, pod_id, account_id, post, kind, comment, due_at, jitter_seconds, late_policy, late_after_seconds,
    spread_seconds, run_at, state, job_id, attempt, started_at, latency_seconds, status, external_id, excerpt, error_class,
    error_message, error_at, created_at, ended_at
FROM shown_activities
WHERE key = any($1::bytea [])
