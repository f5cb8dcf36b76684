-- Ends the variation $2 of the generation $1, on which the job $3 works, as SUCCEEDED with its picture $4 to $8 (hash,
-- format, width, height, bytes), thumbnail $9 to $13, backend $14, seconds $15, and $16 whether it was made before; if not,
-- keeps it under its identity $17. $18 credits are charged. The generation ends with its last variation. No row: another
-- works on it.
WITH finished AS (
    UPDATE variations
    SET
        state = 'SUCCEEDED', sha256 = $4, format = $5, width = $6, height = $7, bytes = $8, thumbnail_sha256 = $9,
        thumbnail_format = $10, thumbnail_width = $11, thumbnail_height = $12, thumbnail_bytes = $13, backend = $14,
        seconds = $15, reused = $16, error_class = NULL, error_message = NULL, error_at = NULL,
        ended_at = clock_timestamp()
    WHERE generation_id = $1 AND key = $2 AND job_id = $3 AND state = 'PENDING'
    RETURNING
        key, reused, sha256, format, width, height, bytes, thumbnail_sha256, thumbnail_format, thumbnail_width,
        thumbnail_height, thumbnail_bytes, backend, seconds
),

kept AS (
    INSERT INTO images (
        identity, sha256, format, width, height, bytes, thumbnail_sha256, thumbnail_format, thumbnail_width,
        thumbnail_height, thumbnail_bytes, backend, seconds
    )
    SELECT
        $17, sha256, format, width, height, bytes, thumbnail_sha256, thumbnail_format, thumbnail_width,
        thumbnail_height, thumbnail_bytes, backend, seconds
    FROM finished
    WHERE NOT reused
    -- One that was made before and is made again: the older one's object was lost.
    ON CONFLICT (identity) DO UPDATE SET
        sha256 = excluded.sha256, format = excluded.format, width = excluded.width, height = excluded.height,
        bytes = excluded.bytes, thumbnail_sha256 = excluded.thumbnail_sha256,
        thumbnail_format = excluded.thumbnail_format, thumbnail_width = excluded.thumbnail_width,
        thumbnail_height = excluded.thumbnail_height, thumbnail_bytes = excluded.thumbnail_bytes,
        backend = excluded.backend, seconds = excluded.seconds, created_at = now()
)

UPDATE generations
SET
    succeeded = generations.succeeded + 1, charged = generations.charged + $18,
    ended_at = CASE
        WHEN generations.succeeded + generations.failed + generations.cancelled + 1 = generations.total
            THEN clock_timestamp()
    END
FROM finished
WHERE generations.id = $1
RETURNING finished.key
