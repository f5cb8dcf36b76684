-- Notes how far jobs are: $1 ids, $2 lease tokens, $3 done, $4 in all.
UPDATE jobs
SET progress_done = held.done, progress_total = held.total
FROM unnest($1::uuid [], $2::uuid [], $3::bigint [], $4::bigint []) AS held (id, token, done, total)
WHERE jobs.id = held.id AND jobs.lease_token = held.token
RETURNING jobs.id
