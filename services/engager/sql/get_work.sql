-- The activities $1 with their accounts, as far as carrying them out takes it, and the time. One row for each that there is.
SELECT
    activity.id AS activity_id, activity.owner, activity.pod_id, activity.account_id, activity.key, activity.post,
    activity.kind, activity.comment, activity.due_at, activity.late_policy, activity.late_after_seconds,
    activity.spread_seconds, activity.run_at, activity.spread, activity.state, activity.job_id, activity.cancelled,
    activity.attempt, account.connector, account.url, account.secret, account.status_url, account.per_hour,
    account.per_day, account.quiet_start, account.quiet_end, account.zone, clock_timestamp() AS now
FROM activities AS activity
INNER JOIN pod_accounts AS account ON account.id = activity.account_id
WHERE activity.id = any($1::uuid [])
