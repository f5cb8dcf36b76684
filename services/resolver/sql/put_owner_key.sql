-- Makes ($2 source, $3 external id) a key of the owner $1 for the card $4; one that names another card moves.
INSERT INTO owner_keys AS key (owner, source, external_id, card_id)
VALUES ($1, $2, $3, $4)
ON CONFLICT (owner, source, external_id) DO UPDATE SET card_id = excluded.card_id, updated_at = now()
WHERE key.card_id <> excluded.card_id
