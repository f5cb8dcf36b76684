-- The jobs that work on the generation $1, or did last.
SELECT job_id
FROM variations
WHERE generation_id = $1
