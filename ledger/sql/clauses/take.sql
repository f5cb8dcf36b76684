-- Takes the amounts of `asked` (key, amount) out of the one account of `account` (subject, unit, total, settled): all of them,
-- or none where it has too little. With a total it also takes none where less was granted than that, and nothing of what was
-- granted beyond it. A row with the balance that is left; none when nothing was taken.
UPDATE accounts
SET balance = balance - wanted.amount
FROM (
    SELECT
        account.subject, account.unit,
        (SELECT sum(amount) FROM asked) AS amount,
        CASE WHEN account.total IS NULL THEN 0 ELSE granted.amount - account.total END AS beyond
    FROM account
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(entries.amount), 0) AS amount
        FROM entries
        WHERE
            entries.subject = account.subject AND entries.unit = account.unit AND entries.reason = 'GRANT'
            AND account.total IS NOT NULL
    ) AS granted
) AS wanted
-- The condition is looked at again under the row's lock, so spenders that come at once can't overdraw.
WHERE
    accounts.subject = wanted.subject AND accounts.unit = wanted.unit
    AND wanted.beyond >= 0 AND accounts.balance >= wanted.amount + wanted.beyond
RETURNING accounts.balance
