-- The repository $1, if it belongs to $2 (null: to anybody).
SELECT id AS repository_id, owner, name, created_at
FROM repositories
WHERE id = $1 AND ($2::text IS NULL OR owner = $2)
