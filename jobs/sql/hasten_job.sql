-- Queues the job $1 now, which waits for its next attempt and which this transaction has locked.
UPDATE jobs
SET state = 'QUEUED', run_at = now()
WHERE id = $1
