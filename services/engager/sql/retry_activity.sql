-- Lets the activity $1 wait for another attempt, $2 seconds from when the transaction began, and so no longer than its job.
-- The last one had the status $3, the excerpt $4, the latency $5 and the error $6 and $7.
UPDATE activities
SET
    state = 'WAITING', run_at = now() + make_interval(secs => $2::double precision), status = $3, excerpt = $4,
    latency_seconds = $5, error_class = $6, error_message = $7, error_at = clock_timestamp()
WHERE id = $1
