-- Whose the finding $1 is that a review tells, if that belongs to $2 (null: to anybody): its owner, project and fingerprint.
SELECT reviews.owner, reviews.project, findings.fingerprint
FROM findings
JOIN reviews ON reviews.id = findings.review_id
WHERE findings.id = $1 AND findings.told AND ($2::text IS NULL OR reviews.owner = $2)
