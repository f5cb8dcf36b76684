-- Takes the amounts $4 under the keys $3 out of the account of $1 in $2: all of them, or none where it has too little. A row
-- with the balance that is left; none when nothing was taken. A key that is reserved already is an error.
WITH taken AS (
    -- The condition is looked at again under the row's lock, so spenders that come at once can't overdraw.
    UPDATE accounts
    SET balance = balance - (SELECT sum(amount) FROM unnest($4::bigint []) AS asked (amount))
    WHERE
        subject = $1 AND unit = $2
        AND balance >= (SELECT sum(amount) FROM unnest($4::bigint []) AS asked (amount))
    RETURNING balance
),

noted AS (
    INSERT INTO entries (subject, unit, reason, key, amount)
    SELECT $1, $2, 'RESERVE', asked.key, -asked.amount
    FROM taken
    CROSS JOIN unnest($3::text [], $4::bigint []) AS asked (key, amount)
)

SELECT balance
FROM taken
