-- Accepts parts of the review $1: $2 numbers, $3 tasks, $4 paths, $5 inputs, $6 identities, $7 jobs, $8 reservations (null:
-- no tokens are set aside).
INSERT INTO parts (review_id, number, task, path, inputs, identity, job_id, reservation)
SELECT $1, new.number, new.task, new.path, new.inputs, new.identity, new.job_id, new.reservation
FROM unnest($2::integer [], $3::text [], $4::text [], $5::jsonb [], $6::bytea [], $7::uuid [], $8::text [])
    AS new (number, task, path, inputs, identity, job_id, reservation)
