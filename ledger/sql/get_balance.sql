-- What the account of $1 in $2 has, what is reserved and not ended yet, and what was charged. One row; zeros when there is no
-- account.
SELECT
    coalesce((SELECT balance FROM accounts WHERE subject = $1 AND unit = $2), 0) AS balance,
    coalesce(-sum(reservations.amount) FILTER (WHERE reservations.open), 0)::bigint AS reserved,
    coalesce(-sum(reservations.amount) FILTER (WHERE NOT reservations.open), 0)::bigint AS used
FROM (
    -- One pass over the entries, as there may be very many.
    SELECT sum(amount) AS amount, bool_and(reason = 'RESERVE') AS open
    FROM entries
    WHERE subject = $1 AND unit = $2 AND reason <> 'GRANT'
    GROUP BY key
) AS reservations
