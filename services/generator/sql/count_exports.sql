-- Notes that a job of the generation $1 that made exports only has ended; the generation ends with the last.
UPDATE generations
SET exporting = exporting - 1, ended_at = CASE WHEN exporting = 1 THEN clock_timestamp() END
WHERE id = $1
