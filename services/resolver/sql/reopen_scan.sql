-- Lets the scan $1, whose job is queued again, be PENDING again.
UPDATE scans
SET state = 'PENDING', ended_at = NULL, error_class = NULL, error_message = NULL, error_at = NULL
WHERE id = $1 AND state IN ('FAILED', 'CANCELLED')
