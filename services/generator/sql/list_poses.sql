-- A page of poses by id: $1 whose beside everybody's (null: all), $2 tags that each must have, $3 and $4 the id and owner to go
-- on after (null: from the start), $5 how many.
SELECT owner, pose_id, name, tags, skeleton, created_at
FROM poses
WHERE
    ($1::text IS NULL OR owner IN ($1, ''))
    AND tags @> $2::text []
    AND ($3::text IS NULL OR (pose_id, owner) > ($3, $4::text))
ORDER BY pose_id, owner
LIMIT $5
