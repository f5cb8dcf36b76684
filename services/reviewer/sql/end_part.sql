-- Ends the part $2 of the review $1, on which the job $3 worked, in the state $4 with the error $5 and $6 (null: none). The
-- review ends with its last part. A row with what is to be paid; none when another works on it, or it has ended.
WITH ended AS (
    UPDATE parts
    SET
        state = $4, answer = NULL, error_class = $5, error_message = $6,
        error_at = CASE WHEN $5::text IS NOT NULL THEN clock_timestamp() END, ended_at = clock_timestamp()
    WHERE review_id = $1 AND number = $2 AND job_id = $3 AND state = 'RUNNING'
    RETURNING reservation, input_tokens, output_tokens, cost
)

UPDATE reviews
SET
    failed = reviews.failed + ($4 = 'FAILED')::integer,
    cancelled = reviews.cancelled + ($4 = 'CANCELLED')::integer,
    input_tokens = reviews.input_tokens + ended.input_tokens,
    output_tokens = reviews.output_tokens + ended.output_tokens,
    cost = CASE WHEN ended.cost IS NULL THEN reviews.cost ELSE coalesce(reviews.cost, 0) + ended.cost END,
    ended_at = CASE
        WHEN reviews.succeeded + reviews.failed + reviews.cancelled + 1 = reviews.total THEN clock_timestamp()
    END
FROM ended
WHERE reviews.id = $1
RETURNING
    reviews.owner, reviews.month, reviews.state, reviews.succeeded, ended.reservation,
    ended.input_tokens + ended.output_tokens AS tokens
