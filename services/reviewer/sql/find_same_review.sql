-- The review of the owner $1 in the project $2 that tells what another of the same request, by the fingerprint $3, would tell:
-- its parts, by number of the paths $4 and the identities $5, are each the last of its path and complete; it has used nothing,
-- nothing in it is new or was fixed, and nothing of it was dismissed since. No row: there is none, or the owner has used the
-- request id $6. One of a single part tells that too, and its findings as a document.
-- OFFSET has each looked up by the key, which isn't chosen where this was planned when the tables were small.
WITH same AS MATERIALIZED (
    SELECT review.*
    FROM (
        SELECT review_id
        FROM latest
        WHERE owner = $1 AND project = $2 AND path = ($4::text [])[1]
        OFFSET 0
    ) AS first
    CROSS JOIN LATERAL (
        SELECT
            id AS review_id, owner, project, kind, snapshot_id, month, total, succeeded, failed, cancelled, state, outcome,
            counts, input_tokens, output_tokens, saved_tokens, cost, created_at, ended_at, fingerprint
        FROM reviews
        WHERE id = first.review_id
        OFFSET 0
    ) AS review
    WHERE
        review.fingerprint = $3
        AND review.input_tokens + review.output_tokens + review.saved_tokens = 0
        AND review.counts[1] = 0 AND review.counts[3] = 0
        AND NOT EXISTS (SELECT FROM reviews WHERE owner = $1 AND request_id = $6)
        AND NOT EXISTS (
            SELECT
            FROM unnest($4::text [], $5::bytea []) WITH ORDINALITY AS asked (path, identity, place)
            WHERE NOT EXISTS (
                SELECT
                FROM (
                    SELECT review_id, number
                    FROM latest
                    WHERE owner = $1 AND project = $2 AND path = asked.path
                    OFFSET 0
                ) AS last
                CROSS JOIN LATERAL (
                    SELECT identity, outcome
                    FROM parts
                    WHERE review_id = last.review_id AND number = last.number
                    OFFSET 0
                ) AS part
                WHERE
                    last.review_id = review.review_id AND last.number = asked.place - 1
                    AND part.identity = asked.identity AND part.outcome = 'COMPLETE'
            )
        )
        AND NOT EXISTS (
            SELECT
            FROM (
                SELECT fingerprint
                FROM findings
                WHERE review_id = review.review_id AND status <> 'DISMISSED'
                OFFSET 0
            ) AS found
            CROSS JOIN LATERAL (
                SELECT
                FROM dismissals
                WHERE owner = $1 AND project = $2 AND fingerprint = found.fingerprint
                OFFSET 0
            ) AS dismissal
        )
)

SELECT
    same.*,
    part.*,
    (
        SELECT coalesce(json_agg(kept ORDER BY kept.position), '[]')
        FROM (
            SELECT
                id AS finding_id, number, position, told, fingerprint, rule, severity, category, message, path, start_line,
                start_column, end_line, end_column, patch, tools, confidence, status, dismissal
            FROM findings
            WHERE review_id = same.review_id AND same.total = 1
            OFFSET 0
        ) AS kept
        WHERE kept.told
    ) AS findings
FROM same
LEFT JOIN LATERAL (
    SELECT number, path, language, coverage, summary, job_id, steps, error_class
    FROM parts
    WHERE review_id = same.review_id AND number = 0 AND same.total = 1
    OFFSET 0
) AS part ON true
