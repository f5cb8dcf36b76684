-- The pod of the owner $2 named $3, which is new, and has the id $1, unless there is one.
INSERT INTO pods AS pod (id, owner, name)
VALUES ($1, $2, $3)
-- Changes nothing, but lets the row that is there be returned.
ON CONFLICT (owner, name) DO UPDATE SET name = pod.name
RETURNING id AS pod_id, owner, name, created_at
