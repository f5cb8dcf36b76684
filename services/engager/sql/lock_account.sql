-- Whether the account $1 of the owner $2 (null: anybody's) is held, which nobody changes until the transaction ends.
SELECT held_at IS NOT NULL AS held
FROM pod_accounts
WHERE id = $1 AND ($2::text IS NULL OR owner = $2)
FOR NO KEY UPDATE
