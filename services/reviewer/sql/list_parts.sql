-- The parts $2 of the review $1, in order, and no more than what they tell comes to about $3 bytes; always one, if there
-- is any.
SELECT
    number, task, path, state, outcome, job_id, language, coverage, summary, input_tokens, output_tokens, saved_tokens,
    cost, steps, error_class, error_message, error_at, ended_at
FROM (
    SELECT
        page.*,
        row_number() OVER in_order AS place,
        -- The other columns and what the proto's messages add.
        sum(1000 + octet_length(page.summary) + told.bytes) OVER in_order AS bytes
    FROM parts AS page
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(300 + octet_length(message) + octet_length(path) + octet_length(patch)), 0) AS bytes
        FROM findings
        WHERE findings.review_id = page.review_id AND findings.number = page.number AND findings.told
    ) AS told
    WHERE page.review_id = $1 AND page.number = any($2::integer [])
    WINDOW in_order AS (ORDER BY page.number)
) AS sized
WHERE place = 1 OR bytes <= $3::bigint
ORDER BY number
