-- Gives variations of the generation $1 the jobs that make their exports: $2 keys, $3 jobs.
UPDATE variations
SET job_id = new.job_id
FROM unnest($2::text [], $3::uuid []) AS new (key, job_id)
WHERE variations.generation_id = $1 AND variations.key = new.key
