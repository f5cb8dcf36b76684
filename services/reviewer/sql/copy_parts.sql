-- Adds to the review $1, which was just accepted, as its parts $2 those that were reviewed as they are before, the parts $4 of
-- the reviews $3: they have ended at once and used nothing. They have the findings of those they are copies of, as they are
-- now: what was fixed is gone, what was new persists, and dismissed is what the owner $5 dismissed in the project $6 since.
-- A row: whether the review has ended by that.
WITH sources AS (
    SELECT *
    FROM unnest($2::integer [], $3::uuid [], $4::integer []) AS new (number, last_review_id, last_number)
),

copies AS (
    INSERT INTO parts (
        review_id, number, task, path, inputs, identity, state, outcome, language, coverage, summary, ended_at
    )
    SELECT
        $1, sources.number, parts.task, parts.path, parts.inputs, parts.identity, parts.state, parts.outcome,
        parts.language,
        CASE
            WHEN parts.coverage #>> '{model,status}' = 'RAN' THEN jsonb_set(parts.coverage, '{model,status}', '"CACHED"')
            ELSE parts.coverage
        END,
        parts.summary, now()
    FROM sources
    CROSS JOIN LATERAL (
        -- OFFSET has each looked up by the key, which isn't chosen where this was planned when the tables were small.
        SELECT *
        FROM parts
        WHERE review_id = sources.last_review_id AND number = sources.last_number
        OFFSET 0
    ) AS parts
    RETURNING number
),

kept AS (
    INSERT INTO findings (
        review_id, number, position, told, fingerprint, rule, severity, category, message, path, start_line,
        start_column, end_line, end_column, patch, tools, confidence, status, dismissal
    )
    SELECT
        $1, sources.number, findings.position, findings.told, findings.fingerprint, findings.rule, findings.severity,
        findings.category, findings.message, findings.path, findings.start_line, findings.start_column,
        findings.end_line, findings.end_column, findings.patch, findings.tools, findings.confidence,
        CASE WHEN dismissals.reason IS NOT NULL OR findings.status = 'DISMISSED' THEN 'DISMISSED' ELSE 'PERSISTING' END,
        coalesce(dismissals.reason, findings.dismissal)
    FROM sources
    CROSS JOIN LATERAL (
        SELECT *
        FROM findings
        WHERE review_id = sources.last_review_id AND number = sources.last_number AND status <> 'FIXED'
        ORDER BY position
        OFFSET 0
    ) AS findings
    LEFT JOIN dismissals
        ON dismissals.owner = $5 AND dismissals.project = $6 AND dismissals.fingerprint = findings.fingerprint
    RETURNING told, status, severity
),

counted AS (
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
        ] AS findings,
        (SELECT count(*) FROM copies) AS parts
    FROM kept
    WHERE told
)

UPDATE reviews
SET
    succeeded = counted.parts,
    counts = counted.findings,
    ended_at = CASE WHEN counted.parts = reviews.total THEN now() END
FROM counted
WHERE reviews.id = $1
RETURNING reviews.ended_at IS NOT NULL AS ended
