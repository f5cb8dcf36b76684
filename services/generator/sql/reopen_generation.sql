-- Begins the generation $1 again: $2 its round, $3 credits for each variation, $4 jobs that make exports only. Variations that
-- weren't made wait again.
UPDATE generations
SET round = $2, price = $3, exporting = $4, failed = 0, cancelled = 0, ended_at = NULL
WHERE id = $1
