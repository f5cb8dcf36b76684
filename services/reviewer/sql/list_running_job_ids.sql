-- The jobs of those parts of the review $1 that haven't ended.
SELECT job_id
FROM parts
WHERE review_id = $1 AND state = 'RUNNING' AND job_id IS NOT NULL
