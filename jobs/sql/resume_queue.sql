-- Lets the jobs of the kind $1 start again.
DELETE FROM paused_queues
WHERE kind = $1
