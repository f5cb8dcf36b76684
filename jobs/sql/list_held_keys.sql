-- The keys of the kinds $1 that are held, those held first first; at most $2 of each kind.
SELECT held.kind, held.concurrency_key, held.error_class, held.error_message, held.held_at
FROM unnest($1::text []) AS wanted (kind)
CROSS JOIN LATERAL (
    SELECT held_keys.kind, concurrency_key, error_class, error_message, held_at
    FROM held_keys
    WHERE held_keys.kind = wanted.kind
    ORDER BY held_at, concurrency_key
    LIMIT $2
) AS held
