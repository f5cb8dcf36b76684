-- What the parts $2 of the review $1 tell, by number and position.
SELECT
    id AS finding_id, number, position, fingerprint, rule, severity, category, message, path, start_line, start_column,
    end_line, end_column, patch, tools, confidence, status, dismissal
FROM findings
WHERE review_id = $1 AND number = any($2::integer []) AND told
ORDER BY number, position
