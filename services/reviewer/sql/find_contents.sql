-- Those of the contents $2 that the owner $1 has sent before.
SELECT sha256
FROM contents
WHERE owner = $1 AND sha256 = any($2::text [])
