-- Accepts a generation: $1 its id, $2 owner, $3 request id, $4 fingerprint, $5 request, $6 backend, $7 how many variations,
-- $8 credits for each. No row: the owner has one with this request id already.
INSERT INTO generations (id, owner, request_id, fingerprint, request, backend, total, price)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (owner, request_id) DO NOTHING
RETURNING id
