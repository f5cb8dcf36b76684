-- Takes the amounts $4 under the keys $3 out of the account of $1 in $2: all of them, or none where it has too little. With the
-- total $5 (null: none) it also takes none where less was granted than that, and nothing of what was granted beyond it. They end
-- at once at just that if $6. A row with the balance that is left; none when nothing was taken. A key that is reserved already
-- is an error.
WITH wanted AS (
    SELECT
        (SELECT sum(asked.amount) FROM unnest($4::bigint []) AS asked (amount)) AS amount,
        CASE WHEN $5::bigint IS NULL THEN 0 ELSE granted.amount - $5::bigint END AS beyond
    FROM (
        SELECT coalesce(sum(amount), 0) AS amount
        FROM entries
        WHERE subject = $1 AND unit = $2 AND reason = 'GRANT' AND $5::bigint IS NOT NULL
    ) AS granted
),

taken AS (
    UPDATE accounts
    SET balance = balance - wanted.amount
    FROM wanted
    -- The condition is looked at again under the row's lock, so spenders that come at once can't overdraw.
    WHERE
        accounts.subject = $1 AND accounts.unit = $2
        AND wanted.beyond >= 0 AND accounts.balance >= wanted.amount + wanted.beyond
    RETURNING accounts.balance
),

noted AS (
    INSERT INTO entries (subject, unit, reason, key, amount)
    SELECT $1, $2, entry.reason, asked.key, entry.amount
    FROM taken
    CROSS JOIN unnest($3::text [], $4::bigint []) AS asked (key, amount)
    CROSS JOIN LATERAL (VALUES ('RESERVE', -asked.amount), ('SETTLE', 0)) AS entry (reason, amount)
    WHERE entry.reason = 'RESERVE' OR $6::boolean
)

SELECT balance
FROM taken
