-- Queues jobs again that lost their worker: $1 ids, which this transaction has locked, $2 the error's message. The attempt
-- doesn't count; the loss does.
UPDATE jobs
SET
    state = 'QUEUED', max_attempts = max_attempts + 1, losses = losses + 1,
    error_class = 'UNKNOWN', error_message = $2, error_at = clock_timestamp(),
    lease_token = NULL, lease_expires_at = NULL, worker_id = NULL
WHERE id = any($1::uuid [])
RETURNING id
