-- Writes what came of exports of the variation $2 of the generation $1: $3 positions, $4 hashes (null: not made), $5 widths,
-- $6 heights, $7 bytes, $8 and $9 errors (null: none).
UPDATE exports
SET
    sha256 = made.sha256, width = made.width, height = made.height, bytes = made.bytes,
    error_class = made.error_class, error_message = made.error_message,
    error_at = CASE WHEN made.error_class IS NOT NULL THEN clock_timestamp() END
FROM unnest($3::integer [], $4::text [], $5::integer [], $6::integer [], $7::bigint [], $8::text [], $9::text [])
    AS made (position, sha256, width, height, bytes, error_class, error_message)
WHERE exports.generation_id = $1 AND exports.key = $2 AND exports.position = made.position
