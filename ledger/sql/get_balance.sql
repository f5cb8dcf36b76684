-- What the account of $1 in $2 has, and what is reserved and not ended yet. One row; zeros when there is no account.
SELECT
    coalesce((SELECT balance FROM accounts WHERE subject = $1 AND unit = $2), 0) AS balance,
    coalesce(
        (
            SELECT -sum(reserved.amount)
            FROM entries AS reserved
            WHERE
                reserved.subject = $1 AND reserved.unit = $2 AND reserved.reason = 'RESERVE'
                AND NOT EXISTS (
                    SELECT
                    FROM entries AS ended
                    WHERE
                        ended.subject = $1 AND ended.unit = $2 AND ended.key = reserved.key
                        AND ended.reason IN ('SETTLE', 'RELEASE')
                )
        ),
        0
    )::bigint AS reserved
