-- What was granted to $1 in $2 in all. One row.
SELECT coalesce(sum(amount), 0)::bigint AS granted
FROM entries
WHERE subject = $1 AND unit = $2 AND reason = 'GRANT'
