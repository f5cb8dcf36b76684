-- The workers on the kinds $1, a row for each kind, with how many jobs of it each holds; those that came first first.
SELECT
    wanted.kind, worker.id, worker.place, worker.started_at, worker.seen_at,
    now() > worker.seen_at + make_interval(secs => worker.lease_seconds) AS lost,
    (
        SELECT count(*)
        FROM jobs
        WHERE jobs.state = 'RUNNING' AND jobs.kind = wanted.kind AND jobs.worker_id = worker.id
    ) AS running
FROM unnest($1::text []) AS wanted (kind)
INNER JOIN workers AS worker ON wanted.kind = any(worker.kinds)
ORDER BY worker.started_at, worker.id
