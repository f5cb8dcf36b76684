-- Of the paths $3 of the owner $1 in the project $2, those whose last review was complete and of the identity in $4, with the
-- part that it was.
SELECT asked.path, latest.review_id, latest.number
FROM unnest($3::text [], $4::bytea []) AS asked (path, identity)
CROSS JOIN LATERAL (
    -- OFFSET has each looked up by the key, which isn't chosen where this was planned when the tables were small.
    SELECT review_id, number
    FROM latest
    WHERE owner = $1 AND project = $2 AND path = asked.path
    OFFSET 0
) AS latest
CROSS JOIN LATERAL (
    SELECT identity, outcome
    FROM parts
    WHERE review_id = latest.review_id AND number = latest.number
    OFFSET 0
) AS parts
WHERE parts.identity = asked.identity AND parts.outcome = 'COMPLETE'
