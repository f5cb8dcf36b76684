-- Puts the job $1, held under the token $2, back for another attempt in $3 seconds with the error $4 and $5; $6: whether
-- the attempt counts. Tells whether somebody wants it cancelled. No row: the lease was lost.
UPDATE jobs
SET
    state = 'SCHEDULED', run_at = clock_timestamp() + make_interval(secs => $3::double precision),
    error_class = $4, error_message = $5, error_at = clock_timestamp(),
    max_attempts = max_attempts + CASE WHEN $6 THEN 0 ELSE 1 END,
    lease_token = NULL, lease_expires_at = NULL, worker_id = NULL
WHERE id = $1 AND lease_token = $2
RETURNING cancel_requested
