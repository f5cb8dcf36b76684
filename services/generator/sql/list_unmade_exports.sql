-- The exports of the variation $2 of the generation $1 that aren't made, in order.
SELECT position, preset, format
FROM exports
WHERE generation_id = $1 AND key = $2 AND sha256 IS NULL
ORDER BY position
