-- Takes the amounts $4 under the keys $3 out of the account of $1 in $2, of which no more than $5 is to be spent in all (null:
-- whatever was granted): all of them, or none. They end at once at just that if $6. A row with the balance that is left; none
-- when nothing was taken. A key that is reserved already is an error.
WITH account AS (
    SELECT $1::text AS subject, $2::text AS unit, $5::bigint AS total, $6::boolean AS settled
),

asked AS (
    SELECT new.key, new.amount
    FROM unnest($3::text [], $4::bigint []) AS new (key, amount)
),

taken AS (
    -- include take
),

noted AS (
    -- include note
)

SELECT balance
FROM taken
