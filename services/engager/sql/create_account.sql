-- The account in the pod $3 named $4, which is new, and has the id $1 and the owner $2, unless there is one. $5 connector, $6
-- url, $7 secret and $8 status url of a webhook (else empty), $9 per hour, $10 per day, $11 and $12 quiet minutes (null: none),
-- $13 zone, $14 links.
INSERT INTO pod_accounts AS account (
    id, owner, pod_id, name, connector, url, secret, status_url, per_hour, per_day, quiet_start, quiet_end, zone, links
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
-- Changes nothing, but lets the row that is there be returned.
ON CONFLICT (pod_id, name) DO UPDATE SET name = account.name
RETURNING
    id AS account_id, owner, pod_id, name, connector, url, secret, status_url, per_hour, per_day, quiet_start, quiet_end, zone,
    links, hold_class, hold_message, held_at, created_at
