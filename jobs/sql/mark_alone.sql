-- Notes that nothing runs beside the job $1, held under the token $2. No row: the lease was lost.
UPDATE jobs
SET alone = true
WHERE id = $1 AND lease_token = $2
RETURNING id
