-- Puts the job $1, held under the token $2, back for another attempt in $3 seconds with the error $4 and $5 (null: none,
-- the one before stands); $6: whether the attempt counts. Tells whether somebody wants it cancelled. No row: the lease was
-- lost.
UPDATE jobs
SET
    state = 'SCHEDULED', run_at = clock_timestamp() + make_interval(secs => $3::double precision),
    error_class = coalesce($4, error_class), error_message = coalesce($5, error_message),
    error_at = CASE WHEN $4::text IS NULL THEN error_at ELSE clock_timestamp() END,
    max_attempts = max_attempts + CASE WHEN $6 THEN 0 ELSE 1 END,
    lease_token = NULL, lease_expires_at = NULL, worker_id = NULL
WHERE id = $1 AND lease_token = $2
RETURNING cancel_requested
