-- Accounts whose balance isn't the sum of their entries, and reservations that ended without having begun: no row, ever.
SELECT accounts.subject, accounts.unit, accounts.balance, coalesce(sum(entries.amount), 0)::bigint AS entries, NULL AS key
FROM accounts
LEFT JOIN entries ON entries.subject = accounts.subject AND entries.unit = accounts.unit
GROUP BY accounts.subject, accounts.unit
HAVING accounts.balance <> coalesce(sum(entries.amount), 0)
UNION ALL
SELECT ended.subject, ended.unit, NULL AS balance, ended.amount AS entries, ended.key
FROM entries AS ended
WHERE
    ended.reason IN ('SETTLE', 'RELEASE')
    AND NOT EXISTS (
        SELECT
        FROM entries AS reserved
        WHERE
            reserved.subject = ended.subject AND reserved.unit = ended.unit AND reserved.key = ended.key
            AND reserved.reason = 'RESERVE'
    )
