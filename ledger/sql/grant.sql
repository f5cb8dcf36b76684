-- Adds $4 to the account of $1 in $2, once for the key $3. A row with the balance; none when the key was granted before.
WITH granted AS (
    INSERT INTO entries (subject, unit, reason, key, amount)
    VALUES ($1, $2, 'GRANT', $3, $4)
    ON CONFLICT (subject, unit, reason, key) DO NOTHING
    RETURNING amount
)

UPDATE accounts
SET balance = balance + granted.amount
FROM granted
WHERE accounts.subject = $1 AND accounts.unit = $2
RETURNING accounts.balance
