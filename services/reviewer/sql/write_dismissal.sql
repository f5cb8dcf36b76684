-- Keep why the owner $1 doesn't want to be told the fingerprint $3 again in the project $2: $4.
INSERT INTO dismissals (owner, project, fingerprint, reason)
VALUES ($1, $2, $3, $4)
ON CONFLICT (owner, project, fingerprint) DO UPDATE SET reason = excluded.reason
