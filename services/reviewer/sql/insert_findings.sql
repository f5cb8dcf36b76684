-- Writes findings of the part $2 of the review $1, given as an array of documents $3.
INSERT INTO findings (
    review_id, number, position, told, fingerprint, rule, severity, category, message, path, start_line, start_column,
    end_line, end_column, patch, tools, confidence, status, dismissal
)
SELECT
    $1, $2, position, told, fingerprint, rule, severity, category, message, path, start_line, start_column,
    end_line, end_column, patch, tools, confidence, status, dismissal
FROM jsonb_to_recordset($3::jsonb) AS found (
    position integer, told boolean, fingerprint text, rule text, severity smallint, category text, message text,
    path text, start_line integer, start_column integer, end_line integer, end_column integer, patch text,
    tools text [], confidence double precision, status text, dismissal text
)
