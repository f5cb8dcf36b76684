-- Ends a batch as SUCCEEDED: $1 ids, $2 lease tokens, $3 and $4 progress. A row for each whose lease was still held.
UPDATE jobs
SET
    state = 'SUCCEEDED', ended_at = clock_timestamp(), progress_done = held.done, progress_total = held.total,
    lease_token = NULL, lease_expires_at = NULL, worker_id = NULL, checkpoint = NULL
FROM unnest($1::uuid [], $2::uuid [], $3::bigint [], $4::bigint []) AS held (id, token, done, total)
WHERE jobs.id = held.id AND jobs.lease_token = held.token
RETURNING jobs.id
