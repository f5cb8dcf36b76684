-- Ends the reservation $3 of $1 in $2 at the cost $4: gives back what was too much, takes what was too little as far as the
-- balance goes. A row with what was charged; none when it doesn't exist or has ended.
WITH reserved AS (
    SELECT -amount AS amount
    FROM entries
    WHERE subject = $1 AND unit = $2 AND reason = 'RESERVE' AND key = $3
),

account AS MATERIALIZED (
    -- Only where the balance moves: what costs just what was set aside needn't wait for others of the account.
    SELECT balance
    FROM accounts
    WHERE subject = $1 AND unit = $2 AND $4::bigint <> (SELECT amount FROM reserved)
    FOR NO KEY UPDATE
),

settled AS (
    INSERT INTO entries (subject, unit, reason, key, amount)
    SELECT $1, $2, 'SETTLE', $3, greatest(reserved.amount - $4::bigint, -account.balance)
    FROM reserved
    LEFT JOIN account ON true
    ON CONFLICT (subject, unit, key) WHERE reason IN ('SETTLE', 'RELEASE') DO NOTHING
    RETURNING amount
),

moved AS (
    UPDATE accounts
    SET balance = balance + settled.amount
    FROM settled
    WHERE accounts.subject = $1 AND accounts.unit = $2 AND settled.amount <> 0
)

SELECT reserved.amount - settled.amount AS charged
FROM settled
CROSS JOIN reserved
