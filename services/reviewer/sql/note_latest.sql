-- Makes the parts $2 of the review $1 those that the next reviews of their paths are compared with, unless that of a later
-- review is.
INSERT INTO latest (owner, project, path, review_id, number)
SELECT reviews.owner, reviews.project, parts.path, parts.review_id, parts.number
FROM parts
INNER JOIN reviews ON reviews.id = parts.review_id
WHERE parts.review_id = $1 AND parts.number = any($2::integer [])
-- In one order, so that two don't lock each other out.
ORDER BY parts.path
ON CONFLICT (owner, project, path) DO UPDATE SET review_id = excluded.review_id, number = excluded.number
WHERE
    (SELECT created_at FROM reviews WHERE id = latest.review_id)
    <= (SELECT created_at FROM reviews WHERE id = excluded.review_id)
