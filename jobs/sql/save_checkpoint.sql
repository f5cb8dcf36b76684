-- Keeps $3 for the next attempt of the job $1, held under the token $2. No row: the lease was lost.
UPDATE jobs
SET checkpoint = $3
WHERE id = $1 AND lease_token = $2
RETURNING id
