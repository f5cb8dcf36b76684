-- What the owner $1 has of each set: one row a set, by its id. `currencies` and `worths` are the sums of the detections'
-- values.
WITH mine AS (
    SELECT card.set_id, max(card.set_name) AS set_name, count(*) AS distinct_cards, sum(owned.quantity) AS total_cards
    FROM user_cards AS owned
    INNER JOIN cards AS card ON card.id = owned.card_id
    WHERE owned.owner = $1
    GROUP BY card.set_id
),

summed AS (
    SELECT card.set_id, d.currency, sum(d.estimated_value) AS worth
    FROM detections AS d
    INNER JOIN cards AS card ON card.id = d.card_id
    WHERE d.owner = $1 AND d.card_id IS NOT NULL AND d.currency IS NOT NULL
    GROUP BY card.set_id, d.currency
),

valued AS (
    SELECT set_id, array_agg(currency ORDER BY currency) AS currencies, array_agg(worth ORDER BY currency) AS worths
    FROM summed
    GROUP BY set_id
)

SELECT
    mine.set_id, mine.set_name, mine.distinct_cards, mine.total_cards,
    coalesce(valued.currencies, '{}') AS currencies,
    coalesce(valued.worths, '{}') AS worths
FROM mine
LEFT JOIN valued ON valued.set_id = mine.set_id
ORDER BY mine.set_id
