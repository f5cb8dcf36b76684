-- Lets the activity $1 wait until $2; $3: it was spread; $4: that is its turn among those beyond its account's limits.
UPDATE activities
SET state = 'WAITING', run_at = $2, spread = spread OR $3, turn = $4
WHERE id = $1
