-- Notes that the job $1, which this transaction has locked, should stop.
UPDATE jobs
SET cancel_requested = true
WHERE id = $1
