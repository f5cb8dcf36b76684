-- Gives jobs back that a leaving worker hasn't done: $1 ids, $2 lease tokens. The attempt doesn't count.
UPDATE jobs
SET
    state = 'QUEUED', max_attempts = max_attempts + 1,
    lease_token = NULL, lease_expires_at = NULL, worker_id = NULL
FROM unnest($1::uuid [], $2::uuid []) AS held (id, token)
WHERE jobs.id = held.id AND jobs.lease_token = held.token
RETURNING jobs.id, jobs.kind
