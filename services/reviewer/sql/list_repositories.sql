-- A page of repositories by name: $1 owner (null: any), $2 and $3 the name and owner to go on after (null: from the start), $4
-- how many.
SELECT id AS repository_id, owner, name, created_at
FROM repositories
WHERE
    ($1::text IS NULL OR owner = $1)
    AND ($2::text IS NULL OR (name, owner) > ($2, $3::text))
ORDER BY name, owner
LIMIT $4
