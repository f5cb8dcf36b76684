-- Tools that didn't look at files of the review $1 as they should, and why: for each reason once with the first file, how
-- many there are, and $2 reasons at most.
SELECT
    tool ->> 'tool' AS tool,
    tool ->> 'version' AS version,
    tool ->> 'status' AS status,
    tool ->> 'message' AS message,
    (array_agg(parts.path ORDER BY parts.number))[1] AS path,
    count(*) AS files
FROM parts
CROSS JOIN LATERAL jsonb_array_elements(parts.coverage -> 'tools') AS tool
WHERE parts.review_id = $1 AND tool ->> 'status' <> 'RAN'
GROUP BY 1, 2, 3, 4
ORDER BY min(parts.number), tool
LIMIT $2
