-- Ends the variation $2 of the generation $1, on which the job $3 worked, in the state $4 with the error $5 and $6 (null:
-- none). The generation ends with its last variation. A row with the reservation; none when another works on it.
WITH ended AS (
    UPDATE variations
    SET
        state = $4, error_class = $5, error_message = $6,
        error_at = CASE WHEN $5::text IS NOT NULL THEN clock_timestamp() END, ended_at = clock_timestamp()
    WHERE generation_id = $1 AND key = $2 AND job_id = $3 AND state = 'PENDING'
    RETURNING reservation
)

UPDATE generations
SET
    failed = generations.failed + ($4 = 'FAILED')::integer,
    cancelled = generations.cancelled + ($4 = 'CANCELLED')::integer,
    ended_at = CASE
        WHEN generations.succeeded + generations.failed + generations.cancelled + 1 = generations.total
            THEN clock_timestamp()
    END
FROM ended
WHERE generations.id = $1
RETURNING ended.reservation
