-- A page of pods by name: $1 owner (null: any), $2 and $3 the name and owner to go on after (null: from the start), $4 how
-- many.
SELECT id AS pod_id, owner, name, created_at
FROM pods
WHERE
    ($1::text IS NULL OR owner = $1)
    AND ($2::text IS NULL OR (name, owner) > ($2, $3::text))
ORDER BY name, owner
LIMIT $4
