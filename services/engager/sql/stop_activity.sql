-- Ends the activity $1, whose job has ended, in the state $2 with the error $3 and $4 (null: the one it has).
UPDATE activities
SET
    state = $2, ended_at = clock_timestamp(), error_class = coalesce($3, error_class),
    error_message = coalesce($4, error_message),
    error_at = CASE WHEN $3::text IS NULL THEN error_at ELSE clock_timestamp() END
WHERE id = $1
