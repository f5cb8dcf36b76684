-- Enqueues jobs that run now and differ in nothing but their payloads $5: $1 kind, $2 owner, $3 lane, $4 attempts. One row
-- a job, in order. Their ids are one version 7 UUID that counts up in its last 32 bits (RFC 9562, 6.2): random bits for
-- each take PostgreSQL a third of the whole statement.
WITH first AS MATERIALIZED (SELECT left(uuidv7()::text, 28) AS id)

INSERT INTO jobs (id, kind, owner, state, lane, payload, run_at, max_attempts)
SELECT (first.id || lpad(to_hex(new.place), 8, '0'))::uuid, $1, $2, 'QUEUED', $3, new.payload, now(), $4
FROM first CROSS JOIN unnest($5::bytea []) WITH ORDINALITY AS new (payload, place)
RETURNING id, true AS created, true AS same, 0.0::double precision AS due_seconds
