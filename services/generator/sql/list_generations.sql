-- A page of generations, the newest first: $1 owner (null: any), $2 states (null: any), $3 the id to go on after (null: from
-- the newest), $4 how many.
SELECT
    id AS generation_id, owner, request, state, total, succeeded, failed, cancelled, price, charged, created_at, ended_at
FROM generations
WHERE
    ($1::text IS NULL OR owner = $1)
    AND ($2::text [] IS NULL OR state = any($2))
    AND ($3::uuid IS NULL OR id < $3)
ORDER BY id DESC
LIMIT $4
