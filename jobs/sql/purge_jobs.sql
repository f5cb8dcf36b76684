-- Deletes up to $4 jobs of the kind $1 that ended in the state $2 more than $3 seconds ago. A row for each.
DELETE FROM jobs
WHERE id = any(
    ARRAY(
        SELECT id
        FROM jobs
        WHERE kind = $1 AND state = $2 AND ended_at < now() - make_interval(secs => $3::double precision)
        ORDER BY ended_at
        LIMIT $4
        FOR UPDATE SKIP LOCKED
    )
)
RETURNING id
