-- Locks the accounts $1 until the transaction ends, in one order, so that none waits for another in a ring.
SELECT id
FROM pod_accounts
WHERE id = any($1::uuid [])
ORDER BY id
FOR NO KEY UPDATE
