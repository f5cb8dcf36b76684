-- The numbers of those parts of the review $1 that have ended, in order.
SELECT number
FROM parts
WHERE review_id = $1 AND state <> 'RUNNING'
ORDER BY number
