-- Gives the parts $2 of the review $1 the findings of those they are copies of, the parts $4 of the reviews $3, as they are
-- now: what was fixed is gone, what was new persists, and dismissed is what the owner $5 dismissed in the project $6 since.
INSERT INTO findings (
    review_id, number, position, told, fingerprint, rule, severity, category, message, path, start_line, start_column,
    end_line, end_column, patch, tools, confidence, status, dismissal
)
SELECT
    $1, new.number, findings.position, findings.told, findings.fingerprint, findings.rule, findings.severity,
    findings.category, findings.message, findings.path, findings.start_line, findings.start_column, findings.end_line,
    findings.end_column, findings.patch, findings.tools, findings.confidence,
    CASE WHEN dismissals.reason IS NOT NULL OR findings.status = 'DISMISSED' THEN 'DISMISSED' ELSE 'PERSISTING' END,
    coalesce(dismissals.reason, findings.dismissal)
FROM unnest($2::integer [], $3::uuid [], $4::integer []) AS new (number, last_review_id, last_number)
INNER JOIN findings ON findings.review_id = new.last_review_id AND findings.number = new.last_number
LEFT JOIN dismissals
    ON dismissals.owner = $5 AND dismissals.project = $6 AND dismissals.fingerprint = findings.fingerprint
WHERE findings.status <> 'FIXED'
