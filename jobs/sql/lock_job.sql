-- Locks the job $1 for the transaction that steers it, if it is $2's (null: anybody's).
SELECT id, kind, owner, state, attempt, payload, error_class, error_message
FROM jobs
WHERE id = $1 AND ($2::text IS NULL OR owner = $2)
FOR UPDATE
