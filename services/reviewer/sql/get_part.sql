-- What working on the part $2 of the review $1 takes.
SELECT
    parts.review_id, parts.number, parts.task, parts.path, parts.inputs, parts.state, parts.job_id, parts.reservation,
    parts.answer, reviews.owner, reviews.project, reviews.snapshot_id, reviews.secret_policy
FROM parts
INNER JOIN reviews ON reviews.id = parts.review_id
WHERE parts.review_id = $1 AND parts.number = $2
