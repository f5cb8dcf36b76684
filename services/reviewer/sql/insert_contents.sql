-- Notes that the owner $1 has sent the contents $2.
INSERT INTO contents (owner, sha256)
SELECT $1, new.sha256
FROM unnest($2::text []) AS new (sha256)
-- In one order, so that two who send the same don't lock each other out.
ORDER BY new.sha256
ON CONFLICT (owner, sha256) DO NOTHING
