-- Ends the job $1, which this transaction has locked, in the state $2 with the error $3 and $4 (null: the one it has).
UPDATE jobs
SET
    state = $2, ended_at = clock_timestamp(),
    error_class = coalesce($3, error_class), error_message = coalesce($4, error_message),
    error_at = CASE WHEN $3::text IS NULL THEN error_at ELSE clock_timestamp() END,
    lease_token = NULL, lease_expires_at = NULL, worker_id = NULL, checkpoint = NULL
WHERE id = $1
RETURNING id
