-- Ends the part $2 of the review $1, on which the job $3 works, as SUCCEEDED: outcome $4, language $5, coverage $6, summary $7,
-- tokens saved $8, steps $9, counts of findings $10, and what went wrong all the same $11 and $12 (null: nothing). The review
-- ends with its last part. A row with what is to be paid; none: another works on it, or it has ended.
WITH finished AS (
    UPDATE parts
    SET
        state = 'SUCCEEDED', outcome = $4, language = $5, coverage = $6::jsonb, summary = $7, saved_tokens = $8,
        steps = $9::jsonb, answer = NULL, error_class = $11, error_message = $12,
        error_at = CASE WHEN $11::text IS NOT NULL THEN clock_timestamp() END, ended_at = clock_timestamp()
    WHERE review_id = $1 AND number = $2 AND job_id = $3 AND state = 'RUNNING'
    RETURNING reservation, input_tokens, output_tokens, saved_tokens, cost
)

UPDATE reviews
SET
    succeeded = reviews.succeeded + 1, degraded = reviews.degraded + ($4 = 'DEGRADED')::integer,
    counts = ARRAY(
        SELECT before + added
        FROM unnest(reviews.counts, $10::integer []) WITH ORDINALITY AS one (before, added, place)
        ORDER BY place
    ),
    input_tokens = reviews.input_tokens + finished.input_tokens,
    output_tokens = reviews.output_tokens + finished.output_tokens,
    saved_tokens = reviews.saved_tokens + finished.saved_tokens,
    cost = CASE WHEN finished.cost IS NULL THEN reviews.cost ELSE coalesce(reviews.cost, 0) + finished.cost END,
    ended_at = CASE
        WHEN reviews.succeeded + reviews.failed + reviews.cancelled + 1 = reviews.total THEN clock_timestamp()
    END
FROM finished
WHERE reviews.id = $1
RETURNING
    reviews.owner, reviews.month, reviews.state, reviews.succeeded, finished.reservation,
    finished.input_tokens + finished.output_tokens AS tokens
