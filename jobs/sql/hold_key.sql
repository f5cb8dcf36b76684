-- Holds the key $2 of the kind $1, for the error $3 and $4. The first reason stands.
INSERT INTO held_keys (kind, concurrency_key, error_class, error_message)
VALUES ($1, $2, $3, $4)
ON CONFLICT (kind, concurrency_key) DO NOTHING
