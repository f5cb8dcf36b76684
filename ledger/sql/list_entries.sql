-- A page of the entries of $1 in $2, the newest first: $3 the id to go on after (null: from the start), $4 how many.
SELECT id, reason, key, amount, created_at
FROM entries
WHERE subject = $1 AND unit = $2 AND ($3::uuid IS NULL OR id < $3)
ORDER BY id DESC
LIMIT $4
