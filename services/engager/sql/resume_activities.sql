-- Lets the activities $1 wait for their time again, with the jobs $2.
UPDATE activities
SET state = 'WAITING', job_id = resumed.job_id
FROM unnest($1::uuid [], $2::uuid []) AS resumed (activity_id, job_id)
WHERE activities.id = resumed.activity_id
