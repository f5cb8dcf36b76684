-- How many activities of the account $1 wait for their time.
SELECT count(*) AS waiting
FROM activities
WHERE account_id = $1 AND state = 'WAITING'
