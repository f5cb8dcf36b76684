-- Adds what the call $4 to a model used, $5 and $6 tokens and $7 dollars (null: no price), to the part $2 of the review $1,
-- on which the job $3 works, and keeps its answer $8 (null: it gave none). Repeating it changes nothing.
UPDATE parts
SET
    input_tokens = input_tokens + $5, output_tokens = output_tokens + $6,
    cost = CASE WHEN $7::numeric IS NULL THEN cost ELSE coalesce(cost, 0) + $7 END,
    answer = coalesce($8::jsonb, answer), last_call = $4
WHERE review_id = $1 AND number = $2 AND job_id = $3 AND state = 'RUNNING' AND last_call IS DISTINCT FROM $4
