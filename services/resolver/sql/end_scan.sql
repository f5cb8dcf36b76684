-- Ends the scan $1, whose job has ended, in the state $2 with the error $3 and $4 (null: none).
UPDATE scans
SET
    state = $2, ended_at = clock_timestamp(), error_class = $3, error_message = $4,
    error_at = CASE WHEN $3::text IS NOT NULL THEN clock_timestamp() END
WHERE id = $1 AND state = 'PENDING'
