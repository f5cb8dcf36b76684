-- Those of the accounts $2 that are the owner's $1, with their pods and whether their comments may hold links.
SELECT id AS account_id, pod_id, links
FROM pod_accounts
WHERE id = any($2::uuid []) AND owner = $1
