-- Notes what was `taken` for each of `asked`, which ends at once at just that where the account says `settled`.
INSERT INTO entries (subject, unit, reason, key, amount)
SELECT account.subject, account.unit, entry.reason, asked.key, entry.amount
FROM taken
CROSS JOIN account
CROSS JOIN asked
CROSS JOIN LATERAL (VALUES ('RESERVE', -asked.amount), ('SETTLE', 0)) AS entry (reason, amount)
WHERE entry.reason = 'RESERVE' OR account.settled
