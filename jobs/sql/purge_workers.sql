-- Forgets workers that gave no sign for $1 seconds. A row for each.
DELETE FROM workers
WHERE seen_at < now() - make_interval(secs => $1::double precision)
RETURNING id
