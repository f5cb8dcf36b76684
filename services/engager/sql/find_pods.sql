-- Those of the pods $2 that are the owner's $1.
SELECT id AS pod_id
FROM pods
WHERE id = any($2::uuid []) AND owner = $1
