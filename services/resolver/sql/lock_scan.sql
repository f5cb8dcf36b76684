-- The scan $1, if it belongs to $2 (null: to anybody), locked until the transaction ends.
SELECT id::text AS scan_id, owner, state
FROM scans
WHERE id = $1 AND ($2::text IS NULL OR owner = $2)
FOR UPDATE
