-- Lets variations of the generation $1 wait again: $2 keys, $3 jobs, $4 reservations.
UPDATE variations
SET
    state = 'PENDING', job_id = new.job_id, reservation = new.reservation, error_class = NULL, error_message = NULL,
    error_at = NULL, ended_at = NULL
FROM unnest($2::text [], $3::uuid [], $4::text []) AS new (key, job_id, reservation)
WHERE variations.generation_id = $1 AND variations.key = new.key
