-- The activity $1, on which the job $2 works and which hasn't ended, locked until the transaction ends: where it stands,
-- whether it can be told what came of a call, and for how long that is worth asking.
SELECT
    activity.owner, activity.account_id, activity.state,
    account.status_url <> '' OR account.connector = 'DRY_RUN' AS can_tell,
    now() + make_interval(days => 1) AS deadline
FROM activities AS activity
INNER JOIN pod_accounts AS account ON account.id = activity.account_id
WHERE activity.id = $1 AND activity.job_id = $2 AND activity.state IN ('WAITING', 'RUNNING')
FOR UPDATE OF activity
