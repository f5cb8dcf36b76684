-- Ends the reservation $3 of $1 in $2 at the cost $4: gives back what was too much, takes what was too little as far as the
-- balance goes. A row with the balance and what was charged; none when it doesn't exist or has ended.
WITH account AS MATERIALIZED (
    SELECT balance
    FROM accounts
    WHERE subject = $1 AND unit = $2
    FOR UPDATE
),

settled AS (
    INSERT INTO entries (subject, unit, reason, key, amount)
    SELECT $1, $2, 'SETTLE', $3, greatest(-reserved.amount - $4::bigint, -account.balance)
    FROM entries AS reserved
    CROSS JOIN account
    WHERE reserved.subject = $1 AND reserved.unit = $2 AND reserved.reason = 'RESERVE' AND reserved.key = $3
    ON CONFLICT (subject, unit, key) WHERE reason IN ('SETTLE', 'RELEASE') DO NOTHING
    RETURNING amount
)

UPDATE accounts
SET balance = balance + settled.amount
FROM settled
WHERE accounts.subject = $1 AND accounts.unit = $2
RETURNING
    accounts.balance,
    (
        SELECT -reserved.amount
        FROM entries AS reserved
        WHERE reserved.subject = $1 AND reserved.unit = $2 AND reserved.reason = 'RESERVE' AND reserved.key = $3
    ) - settled.amount AS charged
