-- Ends the reservations $3 of $1 in $2 at no cost, those that haven't ended. A row with the balance and how many; none when
-- there were none.
WITH account AS MATERIALIZED (
    -- First, as everybody does, so that none waits for another in a ring.
    SELECT
    FROM accounts
    WHERE subject = $1 AND unit = $2
    FOR NO KEY UPDATE
),

released AS (
    INSERT INTO entries (subject, unit, reason, key, amount)
    SELECT $1, $2, 'RELEASE', reserved.key, -reserved.amount
    FROM account
    CROSS JOIN entries AS reserved
    WHERE
        reserved.subject = $1 AND reserved.unit = $2 AND reserved.reason = 'RESERVE' AND reserved.key = any($3::text [])
    ORDER BY reserved.key
    ON CONFLICT (subject, unit, key) WHERE reason IN ('SETTLE', 'RELEASE') DO NOTHING
    RETURNING amount
),

total AS (
    SELECT count(*) AS ended, sum(amount) AS amount
    FROM released
)

UPDATE accounts
SET balance = balance + total.amount
FROM total
WHERE accounts.subject = $1 AND accounts.unit = $2 AND total.ended > 0
RETURNING accounts.balance, total.ended
