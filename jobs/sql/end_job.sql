-- Ends the job $1, held under the token $2, in the state $3 with progress $4 and $5 and the error $6 and $7 (null: the one
-- it has). No row: the lease was lost.
UPDATE jobs
SET
    state = $3, ended_at = clock_timestamp(), progress_done = $4, progress_total = $5,
    error_class = coalesce($6, error_class), error_message = coalesce($7, error_message),
    error_at = CASE WHEN $6::text IS NULL THEN error_at ELSE clock_timestamp() END,
    lease_token = NULL, lease_expires_at = NULL, worker_id = NULL, checkpoint = NULL
WHERE id = $1 AND lease_token = $2
RETURNING id
