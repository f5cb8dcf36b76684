-- The exports of the generation $1, in order.
SELECT key, position, preset, format, sha256, width, height, bytes, error_class, error_message, error_at
FROM exports
WHERE generation_id = $1
ORDER BY key, position
