-- A page of gaps: $1 source (null: any), $2 resolved ones too, $3 and $4 the source and id to go on after (null: from the
-- start), $5 how many.
SELECT source, external_id, reason, count, first_seen_at, last_seen_at, resolved_at
FROM gaps
WHERE
    ($1::text IS NULL OR source = $1)
    AND ($2 OR resolved_at IS NULL)
    AND ($3::text IS NULL OR (source, external_id) > ($3, $4::text))
ORDER BY source, external_id
LIMIT $5
