-- The time.
SELECT now() AS time
