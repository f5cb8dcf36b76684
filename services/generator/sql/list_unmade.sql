-- The variations of the generation $1 that weren't made, or some of whose exports weren't, in order.
SELECT key, state
FROM variations
WHERE
    generation_id = $1
    AND (
        state IN ('FAILED', 'CANCELLED')
        OR (
            state = 'SUCCEEDED'
            AND EXISTS (
                SELECT
                FROM exports
                WHERE
                    exports.generation_id = $1 AND exports.key = variations.key AND exports.sha256 IS NULL
            )
        )
    )
ORDER BY position
