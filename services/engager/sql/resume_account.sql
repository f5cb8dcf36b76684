-- Ends what holds the account $1.
UPDATE pod_accounts
SET hold_class = NULL, hold_message = NULL, held_at = NULL
WHERE id = $1
