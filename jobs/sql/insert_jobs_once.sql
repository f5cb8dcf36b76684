-- Enqueues a batch as insert_jobs, with $9 idempotency keys, no two the same for an owner. A job whose key is known
-- already is left as it is and told by `created`; `same`: whether it is of the same kind and payload.
WITH wanted AS MATERIALIZED (
    SELECT
        uuidv7() AS id, given.kind, given.owner, given.lane, given.payload, given.run_at, given.deadline,
        given.max_attempts, given.concurrency_key, given.idempotency_key, given.place
    FROM unnest(
        $1::text [], $2::text [], $3::smallint [], $4::bytea [], $5::timestamptz [], $6::timestamptz [], $7::integer [],
        $8::text [], $9::text []
    ) WITH ORDINALITY AS given (
        kind, owner, lane, payload, run_at, deadline, max_attempts, concurrency_key, idempotency_key, place
    )
),

there AS (
    INSERT INTO jobs (
        id, kind, owner, state, lane, payload, run_at, deadline, max_attempts, concurrency_key, idempotency_key
    )
    SELECT
        id, kind, owner, CASE WHEN run_at > now() THEN 'SCHEDULED' ELSE 'QUEUED' END, lane, payload,
        coalesce(run_at, now()), deadline, max_attempts, concurrency_key, idempotency_key
    FROM wanted
    ON CONFLICT (owner, idempotency_key) WHERE idempotency_key IS NOT NULL
    DO UPDATE SET idempotency_key = excluded.idempotency_key
    RETURNING id, kind, owner, payload, run_at, idempotency_key
)

SELECT
    coalesce(made.id, known.id) AS id,
    made.id IS NOT NULL AS created,
    made.id IS NOT NULL OR (known.kind = wanted.kind AND known.payload = wanted.payload) AS same,
    extract(EPOCH FROM coalesce(made.run_at, known.run_at) - now())::double precision AS due_seconds
FROM wanted
LEFT JOIN there AS made ON wanted.id = made.id
LEFT JOIN there AS known ON wanted.owner = known.owner AND wanted.idempotency_key = known.idempotency_key
ORDER BY wanted.place
