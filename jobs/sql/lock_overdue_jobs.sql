-- Locks up to $1 waiting jobs whose deadline has passed, for the transaction that gives them up.
SELECT id, kind, owner, payload, error_message
FROM jobs
WHERE state IN ('QUEUED', 'SCHEDULED') AND deadline <= now()
ORDER BY deadline
LIMIT $1
FOR UPDATE SKIP LOCKED
