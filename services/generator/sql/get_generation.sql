-- The generation $1, if it belongs to $2 (null: to anybody).
SELECT
    id AS generation_id, owner, request, state, total, succeeded, failed, cancelled, price, charged, created_at, ended_at
FROM generations
WHERE id = $1 AND ($2::text IS NULL OR owner = $2)
