-- Accepts a review, in this month of UTC: $1 its id, $2 owner, $3 request id, $4 fingerprint, $5 project, $6 kind, $7 snapshot
-- (null: none), $8 secret policy, $9 how many parts; provided that all of its parts $10, of the paths $11 and the identities
-- $12, are as they were at the last review of their path, which was complete. These have ended at once and used nothing. They
-- have the findings of those they are copies of, as they are now: what was fixed is gone, what was new persists, and dismissed
-- is what the owner dismissed in the project since.
-- One row: which of the parts are as they were; and the review's id and time, or nulls. A request id that the owner has used
-- is an error.
WITH known AS MATERIALIZED (
    SELECT
        asked.number, asked.path, latest.review_id AS last_review_id, latest.number AS last_number, parts.task, parts.inputs,
        parts.identity, parts.state, parts.outcome, parts.language, parts.coverage, parts.summary
    FROM unnest($10::integer [], $11::text [], $12::bytea []) AS asked (number, path, identity)
    CROSS JOIN LATERAL (
        -- OFFSET has each looked up by the key, which isn't chosen where this was planned when the tables were small.
        SELECT *
        FROM latest
        WHERE owner = $2 AND project = $5 AND path = asked.path
        OFFSET 0
    ) AS latest
    CROSS JOIN LATERAL (
        SELECT *
        FROM parts
        WHERE review_id = latest.review_id AND number = latest.number
        OFFSET 0
    ) AS parts
    WHERE parts.identity = asked.identity AND parts.outcome = 'COMPLETE'
),

held AS MATERIALIZED (
    -- They must stay the last ones. In one order and before the account, as everybody does, so that none waits for another
    -- in a ring.
    SELECT
    FROM (SELECT * FROM known WHERE (SELECT count(*) FROM known) = cardinality($10) ORDER BY path) AS ordered
    CROSS JOIN LATERAL (
        SELECT
        FROM latest
        WHERE
            owner = $2 AND project = $5 AND path = ordered.path
            AND review_id = ordered.last_review_id AND number = ordered.last_number
        FOR NO KEY UPDATE
    ) AS latest
),

month AS (
    SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM') AS name
),

found AS MATERIALIZED (
    SELECT
        known.number, findings.position, findings.told, findings.fingerprint, findings.rule, findings.severity,
        findings.category, findings.message, findings.path, findings.start_line, findings.start_column,
        findings.end_line, findings.end_column, findings.patch, findings.tools, findings.confidence,
        CASE WHEN dismissals.reason IS NULL AND findings.status <> 'DISMISSED' THEN 'PERSISTING' ELSE 'DISMISSED' END AS status,
        coalesce(dismissals.reason, findings.dismissal) AS dismissal
    FROM known
    CROSS JOIN LATERAL (
        SELECT *
        FROM findings
        WHERE review_id = known.last_review_id AND number = known.last_number AND status <> 'FIXED'
        ORDER BY position
        OFFSET 0
    ) AS findings
    LEFT JOIN LATERAL (
        SELECT reason
        FROM dismissals
        WHERE owner = $2 AND project = $5 AND fingerprint = findings.fingerprint
        OFFSET 0
    ) AS dismissals ON true
),

review AS (
    INSERT INTO reviews (
        id, owner, request_id, fingerprint, project, kind, snapshot_id, secret_policy, month, total, succeeded, counts, ended_at
    )
    SELECT
        $1, $2, $3, $4, $5, $6, $7, $8, month.name, $9, cardinality($10), counted.findings,
        CASE WHEN cardinality($10) = $9 THEN now() END
    FROM month
    CROSS JOIN (
        SELECT
            ARRAY[
                0,
                count(*) FILTER (WHERE status = 'PERSISTING'),
                0,
                count(*) FILTER (WHERE status = 'DISMISSED'),
                count(*) FILTER (WHERE status <> 'DISMISSED' AND severity = 5),
                count(*) FILTER (WHERE status <> 'DISMISSED' AND severity = 4),
                count(*) FILTER (WHERE status <> 'DISMISSED' AND severity = 3),
                count(*) FILTER (WHERE status <> 'DISMISSED' AND severity = 2),
                count(*) FILTER (WHERE status <> 'DISMISSED' AND severity = 1)
            ] AS findings
        FROM found
        WHERE told
    ) AS counted
    WHERE (SELECT count(*) FROM held) = cardinality($10)
    RETURNING id AS review_id, created_at
),

copies AS (
    INSERT INTO parts (
        review_id, number, task, path, inputs, identity, state, outcome, language, coverage, summary, ended_at
    )
    SELECT
        review.review_id, known.number, known.task, known.path, known.inputs, known.identity, known.state,
        known.outcome, known.language,
        CASE
            WHEN known.coverage #>> '{model,status}' = 'RAN' THEN jsonb_set(known.coverage, '{model,status}', '"CACHED"')
            ELSE known.coverage
        END,
        known.summary, now()
    FROM review
    CROSS JOIN known
),

kept AS (
    INSERT INTO findings (
        review_id, number, position, told, fingerprint, rule, severity, category, message, path, start_line,
        start_column, end_line, end_column, patch, tools, confidence, status, dismissal
    )
    SELECT review.review_id, found.*
    FROM review
    CROSS JOIN found
),

latest_now AS (
    INSERT INTO latest (owner, project, path, review_id, number)
    SELECT $2, $5, known.path, review.review_id, known.number
    FROM review
    CROSS JOIN known
    ORDER BY known.path
    ON CONFLICT (owner, project, path) DO UPDATE SET review_id = excluded.review_id, number = excluded.number
    WHERE (SELECT created_at FROM reviews WHERE id = latest.review_id) <= now()
)

SELECT
    review.review_id,
    review.created_at,
    ARRAY(SELECT known.number FROM known) AS known
FROM (SELECT) AS one
LEFT JOIN review ON true
