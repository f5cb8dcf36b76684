-- Adds one of the card $2 to the collection of the owner $1, seen in the scan $3.
INSERT INTO user_cards AS mine (owner, card_id, quantity, first_scan_id)
VALUES ($1, $2, 1, $3)
ON CONFLICT (owner, card_id) DO UPDATE SET quantity = mine.quantity + 1, updated_at = now()
