-- The review of the owner $1 with the request id $2, and whether its fingerprint is $3.
SELECT id AS review_id, fingerprint = $3 AS same
FROM reviews
WHERE owner = $1 AND request_id = $2
