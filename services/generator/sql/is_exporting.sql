-- Whether the job $3 is the one that works on the exports of the variation $2 of the generation $1.
SELECT job_id = $3 AND state = 'SUCCEEDED' AS exporting
FROM variations
WHERE generation_id = $1 AND key = $2
