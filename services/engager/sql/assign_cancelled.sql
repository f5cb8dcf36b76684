-- Lets the job $2 find out what came of the activity $1, which was cancelled during a call.
UPDATE activities
SET job_id = $2, cancelled = true
WHERE id = $1
