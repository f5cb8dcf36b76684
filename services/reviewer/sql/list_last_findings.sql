-- What the next review of the path $3 of $1's project $2 is compared with: findings of the last one, told or not, that are
-- there.
SELECT
    findings.fingerprint, findings.rule, findings.severity, findings.category, findings.message, findings.path,
    findings.start_line, findings.start_column, findings.end_line, findings.end_column, findings.patch, findings.tools,
    findings.confidence, findings.status, findings.dismissal
FROM latest
INNER JOIN findings ON findings.review_id = latest.review_id AND findings.number = latest.number
WHERE latest.owner = $1 AND latest.project = $2 AND latest.path = $3 AND findings.status <> 'FIXED'
ORDER BY findings.position
