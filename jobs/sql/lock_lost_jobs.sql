-- Locks up to $1 jobs whose lease has run out, for the transaction that settles them.
SELECT id, kind, owner, payload, alone, cancel_requested
FROM jobs
WHERE state = 'RUNNING' AND lease_expires_at < clock_timestamp()
ORDER BY id
LIMIT $1
FOR UPDATE SKIP LOCKED
