-- Locks keys of the kind $1 that have jobs QUEUED, aren't held and have fewer than $2 RUNNING, until the transaction
-- ends: at most $3, those first whose turn it is by the lanes' order $4. A key that another worker has locked is left
-- out, and that is told.
WITH RECURSIVE keys AS (
    -- One index probe a key, however many jobs wait under it.
    (
        SELECT concurrency_key
        FROM jobs
        WHERE kind = $1 AND state = 'QUEUED' AND concurrency_key IS NOT NULL
        ORDER BY concurrency_key
        LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT jobs.concurrency_key
        FROM jobs
        WHERE jobs.kind = $1 AND jobs.state = 'QUEUED' AND jobs.concurrency_key > keys.concurrency_key
        ORDER BY jobs.concurrency_key
        LIMIT 1
    )
    FROM keys
    WHERE keys.concurrency_key IS NOT NULL
),

open AS MATERIALIZED (
    SELECT keys.concurrency_key
    FROM keys
    CROSS JOIN LATERAL (
        SELECT wanted.turn, waiting.run_at
        FROM unnest($4::smallint []) WITH ORDINALITY AS wanted (lane, turn)
        CROSS JOIN LATERAL (
            SELECT run_at
            FROM jobs
            WHERE
                kind = $1 AND state = 'QUEUED' AND concurrency_key = keys.concurrency_key AND lane = wanted.lane
                AND (deadline IS NULL OR deadline > now())
            ORDER BY run_at, id
            LIMIT 1
        ) AS waiting
        LIMIT 1
    ) AS head
    WHERE
        NOT EXISTS (SELECT FROM held_keys AS held WHERE held.kind = $1 AND held.concurrency_key = keys.concurrency_key)
        AND $2::integer > (
            SELECT count(*)
            FROM jobs AS running
            WHERE
                running.kind = $1 AND running.state = 'RUNNING' AND running.concurrency_key = keys.concurrency_key
        )
    ORDER BY head.turn, head.run_at
)
,

mine AS MATERIALIZED (
    SELECT concurrency_key
    FROM open
    WHERE pg_try_advisory_xact_lock(hashtextextended($1 || chr(31) || concurrency_key, 0))
    LIMIT $3
)

SELECT
    ARRAY(SELECT concurrency_key FROM mine) AS keys,
    (SELECT count(*) FROM mine) < least($3, (SELECT count(*) FROM open)) AS left_out
