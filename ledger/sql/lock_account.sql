-- Locks the account of $1 in $2, as whoever moves its balance does.
SELECT
FROM accounts
WHERE subject = $1 AND unit = $2
FOR NO KEY UPDATE
