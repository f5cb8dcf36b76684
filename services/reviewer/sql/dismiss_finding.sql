-- Dismiss the finding $1 for the reason $2; its row.
UPDATE findings
SET status = 'DISMISSED', dismissal = $2
WHERE id = $1
RETURNING
    id AS finding_id, number, position, fingerprint, rule, severity, category, message, path, start_line, start_column,
    end_line, end_column, patch, tools, confidence, status, dismissal
