-- In how many seconds the next lease, or the next waiting job's deadline, runs out; null when there is none.
SELECT extract(EPOCH FROM least(
    (SELECT min(lease_expires_at) FROM jobs WHERE state = 'RUNNING'),
    (SELECT min(deadline) FROM jobs WHERE state IN ('QUEUED', 'SCHEDULED') AND deadline IS NOT NULL)
) - clock_timestamp())::double precision AS seconds
