-- Locks the generation $1 for the transaction that begins it again, if it is $2's (null: anybody's).
SELECT id AS generation_id, owner, request, state, succeeded, charged, round
FROM generations
WHERE id = $1 AND ($2::text IS NULL OR owner = $2)
FOR NO KEY UPDATE
