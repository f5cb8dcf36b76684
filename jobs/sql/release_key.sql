-- Lets the jobs of the key $2 of the kind $1 go on. No row: it wasn't held.
DELETE FROM held_keys
WHERE kind = $1 AND concurrency_key = $2
RETURNING kind
