-- Holds the account $1 for the error $2 and $3. The first reason stands.
UPDATE pod_accounts
SET hold_class = $2, hold_message = $3, held_at = clock_timestamp()
WHERE id = $1 AND held_at IS NULL
