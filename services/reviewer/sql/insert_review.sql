-- Accepts a review, in this month of UTC: $1 its id, $2 owner, $3 request id, $4 fingerprint, $5 project, $6 kind, $7 snapshot
-- (null: none), $8 secret policy, $9 how many parts. No row: the owner has one with this request id already.
INSERT INTO reviews (id, owner, request_id, fingerprint, project, kind, snapshot_id, secret_policy, month, total)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM'), $9)
ON CONFLICT (owner, request_id) DO NOTHING
RETURNING month, created_at
