-- Makes the part $2 of the review $1 the one that the next review of its path is compared with, unless that of a later review
-- is.
INSERT INTO latest (owner, project, path, review_id, number)
SELECT reviews.owner, reviews.project, parts.path, parts.review_id, parts.number
FROM parts
INNER JOIN reviews ON reviews.id = parts.review_id
WHERE parts.review_id = $1 AND parts.number = $2
ON CONFLICT (owner, project, path) DO UPDATE SET review_id = excluded.review_id, number = excluded.number
WHERE
    (SELECT created_at FROM reviews WHERE id = latest.review_id)
    <= (SELECT created_at FROM reviews WHERE id = excluded.review_id)
