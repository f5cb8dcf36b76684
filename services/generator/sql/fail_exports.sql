-- Gives the exports of the variation $2 of the generation $1 that aren't made, and have no error of their own, the error $3
-- and $4.
UPDATE exports
SET error_class = $3, error_message = $4, error_at = clock_timestamp()
WHERE generation_id = $1 AND key = $2 AND sha256 IS NULL AND error_class IS NULL
