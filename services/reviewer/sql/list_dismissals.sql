-- What $1 dismissed in the project $2, of the fingerprints $3, and why.
SELECT fingerprint, reason
FROM dismissals
WHERE owner = $1 AND project = $2 AND fingerprint = any($3::text [])
