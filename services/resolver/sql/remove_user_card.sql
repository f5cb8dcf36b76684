-- Takes one of the card $2 from the collection of the owner $1; the last one takes its row along.
MERGE INTO user_cards AS mine
USING (VALUES ($1, $2::uuid)) AS gone (owner, card_id)
ON mine.owner = gone.owner AND mine.card_id = gone.card_id
WHEN MATCHED AND mine.quantity > 1 THEN UPDATE SET quantity = mine.quantity - 1
WHEN MATCHED THEN DELETE
