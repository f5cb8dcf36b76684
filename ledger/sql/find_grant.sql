-- How much was granted to $1 in $2 under the key $3. No row: nothing was.
SELECT amount
FROM entries
WHERE subject = $1 AND unit = $2 AND reason = 'GRANT' AND key = $3
