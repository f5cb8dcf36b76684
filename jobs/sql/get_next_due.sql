-- In how many seconds the next SCHEDULED job is due; null when there is none.
SELECT extract(EPOCH FROM min(run_at) - clock_timestamp())::double precision AS seconds
FROM jobs
WHERE state = 'SCHEDULED'
