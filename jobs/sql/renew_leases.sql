-- The worker $1 (at $2, working on $3) gives a sign of life and renews its leases by $4 seconds: $5 ids, $6 lease tokens.
-- A row for each it still holds, with whether it was told to stop, and whether the lease was renewed: one whose row
-- somebody has locked isn't, so that a long transaction on one job costs the others nothing.
WITH seen AS (
    INSERT INTO workers (id, place, kinds, lease_seconds)
    VALUES ($1, $2, $3::text [], $4::double precision)
    ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()
),

held AS MATERIALIZED (
    SELECT jobs.id, jobs.cancel_requested
    FROM unnest($5::uuid [], $6::uuid []) AS told (id, token)
    INNER JOIN jobs ON told.id = jobs.id AND told.token = jobs.lease_token
),

unlocked AS MATERIALIZED (
    SELECT jobs.id
    FROM unnest($5, $6) AS told (id, token)
    INNER JOIN jobs ON told.id = jobs.id AND told.token = jobs.lease_token
    FOR NO KEY UPDATE OF jobs SKIP LOCKED
),

renewed AS (
    UPDATE jobs
    SET lease_expires_at = clock_timestamp() + make_interval(secs => $4)
    WHERE id = any(ARRAY(SELECT unlocked.id FROM unlocked))
    RETURNING id
)

SELECT held.id, held.cancel_requested, renewed.id IS NOT NULL AS renewed
FROM held
LEFT JOIN renewed ON held.id = renewed.id
