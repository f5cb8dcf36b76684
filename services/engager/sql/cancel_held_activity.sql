-- Cancels the activity $1 where it waits for its account without a job. One row if it did.
UPDATE activities
SET state = 'CANCELLED', ended_at = now()
WHERE id = $1 AND state = 'HELD'
RETURNING id AS activity_id
