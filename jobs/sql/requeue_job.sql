-- Queues the job $1 again, which has ended and which this transaction has locked, with $2 attempts more.
UPDATE jobs
SET
    state = 'QUEUED', run_at = now(), max_attempts = attempt + $2, losses = 0, cancel_requested = false,
    deadline = NULL, ended_at = NULL
WHERE id = $1
