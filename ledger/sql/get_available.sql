-- The balance of the account of $1 in $2. No row: there is none.
SELECT balance
FROM accounts
WHERE subject = $1 AND unit = $2
