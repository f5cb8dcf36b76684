-- A page of accounts by name: $1 owner (null: any), $2 pod (null: any), $3 whether only those that are held, $4 and $5 the name
-- and id to go on after (null: from the start), $6 how many.
SELECT
    id AS account_id, owner, pod_id, name, connector, url, secret, status_url, per_hour, per_day, quiet_start, quiet_end, zone,
    links, hold_class, hold_message, held_at, created_at
FROM pod_accounts
WHERE
    ($1::text IS NULL OR owner = $1)
    AND ($2::uuid IS NULL OR pod_id = $2)
    AND (NOT $3::boolean OR held_at IS NOT NULL)
    AND ($4::text IS NULL OR (name, id) > ($4, $5::uuid))
ORDER BY name, id
LIMIT $6
