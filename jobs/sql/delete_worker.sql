-- Forgets the worker $1, which has left.
DELETE FROM workers
WHERE id = $1
