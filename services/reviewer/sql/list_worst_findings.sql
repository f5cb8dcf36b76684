-- What the review $1 tells that is there and not dismissed, the worst first, $2 at most, without patches.
SELECT
    fingerprint, rule, severity, category, message, path, start_line, start_column, end_line, end_column, '' AS patch, tools,
    confidence, status, dismissal
FROM findings
WHERE review_id = $1 AND told AND status IN ('NEW', 'PERSISTING')
ORDER BY severity DESC, confidence DESC, number, position
LIMIT $2
