-- The account $1 of the owner $2 (null: anybody's).
SELECT
    id AS account_id, owner, pod_id, name, connector, url, secret, status_url, per_hour, per_day, quiet_start, quiet_end, zone,
    links, hold_class, hold_message, held_at, created_at
FROM pod_accounts
WHERE id = $1 AND ($2::text IS NULL OR owner = $2)
