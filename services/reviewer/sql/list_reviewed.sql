-- Of the paths $3 of the owner $1 in the project $2, those whose last review was complete and of the identity in $4, with the
-- part that it was.
SELECT asked.path, latest.review_id, latest.number
FROM unnest($3::text [], $4::bytea []) AS asked (path, identity)
INNER JOIN latest ON latest.owner = $1 AND latest.project = $2 AND latest.path = asked.path
INNER JOIN parts ON parts.review_id = latest.review_id AND parts.number = latest.number
WHERE parts.identity = asked.identity AND parts.outcome = 'COMPLETE'
