-- The activities of the account $1 that have no job while they are held, locked: whose, and when they are to be carried out; and
-- by when, which is $2 seconds from then on, or from now on if that is later.
SELECT
    id AS activity_id, owner, run_at, job_id,
    greatest(run_at, now()) + make_interval(secs => $2::double precision) AS deadline
FROM activities
WHERE account_id = $1 AND state = 'HELD'
ORDER BY due_at, id
FOR UPDATE
