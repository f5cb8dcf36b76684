-- Adds to the review $1, as its parts $2, those that were reviewed as they are before: the parts $4 of the reviews $3. They
-- have ended at once and used nothing.
INSERT INTO parts (
    review_id, number, task, path, inputs, identity, state, outcome, language, coverage, summary, ended_at
)
SELECT
    $1, new.number, parts.task, parts.path, parts.inputs, parts.identity, parts.state, parts.outcome, parts.language,
    CASE
        WHEN parts.coverage #>> '{model,status}' = 'RAN' THEN jsonb_set(parts.coverage, '{model,status}', '"CACHED"')
        ELSE parts.coverage
    END,
    parts.summary, now()
FROM unnest($2::integer [], $3::uuid [], $4::integer []) AS new (number, last_review_id, last_number)
INNER JOIN parts ON parts.review_id = new.last_review_id AND parts.number = new.last_number
