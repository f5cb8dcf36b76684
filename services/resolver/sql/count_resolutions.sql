-- Adds to how many ids ended how: $1 outcomes, $2 how many of each.
INSERT INTO resolution_counts AS known (outcome, count)
SELECT outcome, added
FROM unnest($1::text [], $2::bigint []) AS counted (outcome, added)
ORDER BY outcome
ON CONFLICT (outcome) DO UPDATE SET count = known.count + excluded.count
