-- Ends the variations $2 of the generations $1, on which the jobs $3 work, as SUCCEEDED with their pictures $4 to $8 (hash,
-- format, width, height, bytes), thumbnails $9 to $13, backends $14, seconds $15, and $16 whether they were made before;
-- those that weren't are kept under their identities $17. $18 credits are charged for each. A generation ends with its last
-- variation. A row for each; none for one that another works on.
WITH made AS MATERIALIZED (
    SELECT *
    FROM unnest(
        $1::uuid [], $2::text [], $3::uuid [], $4::text [], $5::text [], $6::integer [], $7::integer [], $8::bigint [],
        $9::text [], $10::text [], $11::integer [], $12::integer [], $13::bigint [], $14::text [],
        $15::double precision [], $16::boolean [], $17::bytea [], $18::bigint []
    ) AS made (
        generation_id, key, job_id, sha256, format, width, height, bytes, thumbnail_sha256, thumbnail_format,
        thumbnail_width, thumbnail_height, thumbnail_bytes, backend, seconds, reused, identity, cost
    )
),

finished AS (
    UPDATE variations
    SET
        state = 'SUCCEEDED', sha256 = made.sha256, format = made.format, width = made.width, height = made.height,
        bytes = made.bytes, thumbnail_sha256 = made.thumbnail_sha256, thumbnail_format = made.thumbnail_format,
        thumbnail_width = made.thumbnail_width, thumbnail_height = made.thumbnail_height,
        thumbnail_bytes = made.thumbnail_bytes, backend = made.backend, seconds = made.seconds, reused = made.reused,
        error_class = NULL, error_message = NULL, error_at = NULL, ended_at = clock_timestamp()
    FROM made
    WHERE
        variations.generation_id = made.generation_id AND variations.key = made.key
        AND variations.job_id = made.job_id AND variations.state = 'PENDING'
    RETURNING made.*
),

kept AS (
    INSERT INTO images (
        identity, sha256, format, width, height, bytes, thumbnail_sha256, thumbnail_format, thumbnail_width,
        thumbnail_height, thumbnail_bytes, backend, seconds
    )
    -- Once each, and in one order, so that none waits for another in a ring.
    SELECT DISTINCT ON (identity)
        identity, sha256, format, width, height, bytes, thumbnail_sha256, thumbnail_format, thumbnail_width,
        thumbnail_height, thumbnail_bytes, backend, seconds
    FROM finished
    WHERE NOT reused
    ORDER BY identity
    -- One that was made before and is made again: the older one's object was lost.
    ON CONFLICT (identity) DO UPDATE SET
        sha256 = excluded.sha256, format = excluded.format, width = excluded.width, height = excluded.height,
        bytes = excluded.bytes, thumbnail_sha256 = excluded.thumbnail_sha256,
        thumbnail_format = excluded.thumbnail_format, thumbnail_width = excluded.thumbnail_width,
        thumbnail_height = excluded.thumbnail_height, thumbnail_bytes = excluded.thumbnail_bytes,
        backend = excluded.backend, seconds = excluded.seconds, created_at = now()
),

sums AS (
    SELECT generation_id, count(*) AS variations, sum(cost) AS charged
    FROM finished
    GROUP BY generation_id
),

counted AS (
    UPDATE generations
    SET
        succeeded = generations.succeeded + sums.variations, charged = generations.charged + sums.charged,
        ended_at = CASE
            WHEN generations.succeeded + generations.failed + generations.cancelled + sums.variations = generations.total
                THEN clock_timestamp()
        END
    FROM sums
    -- As above.
    INNER JOIN (SELECT id FROM generations WHERE id = any($1) ORDER BY id FOR NO KEY UPDATE) AS locked
        ON locked.id = sums.generation_id
    WHERE generations.id = locked.id
)

SELECT generation_id, key
FROM finished
