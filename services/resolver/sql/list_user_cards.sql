-- A page of the cards of the owner $1 by folded name: $2 set id (null: any), $3 and $4 the name and catalogue id to go on
-- after (null: from the start), $5 how many. `currencies` and `worths` are the sums of the detections' values.
WITH page AS MATERIALIZED (
    SELECT
        mine.quantity, mine.created_at AS first_at, mine.updated_at AS latest_at, card.folded_name,
        card.id, card.catalog_id, card.origin, card.name, card.number, card.rarity, card.set_id, card.set_name,
        card.set_series, card.set_code, card.set_total, card.set_printed_total, card.release_date, card.supertype,
        card.types, card.artist, card.national_pokedex_numbers, card.image_small, card.image_large, card.created_at,
        card.updated_at
    FROM user_cards AS mine
    INNER JOIN cards AS card ON card.id = mine.card_id
    WHERE
        mine.owner = $1
        AND ($2::text IS NULL OR card.set_id = $2)
        AND ($3::text IS NULL OR (card.folded_name, card.catalog_id) > ($3, $4::text))
    ORDER BY card.folded_name, card.catalog_id
    LIMIT $5
)

SELECT
    page.quantity, page.first_at, page.latest_at, page.folded_name,
    page.id::text AS card_id, page.catalog_id, page.origin, page.name, page.number, page.rarity, page.set_id,
    page.set_name, page.set_series, page.set_code, page.set_total, page.set_printed_total, page.release_date,
    page.supertype, page.types, page.artist, page.national_pokedex_numbers, page.image_small, page.image_large,
    page.created_at, page.updated_at,
    coalesce(valued.currencies, '{}') AS currencies,
    coalesce(valued.worths, '{}') AS worths
FROM page
-- One index probe a card, however many detections the owner has.
CROSS JOIN LATERAL (
    SELECT array_agg(summed.currency ORDER BY summed.currency) AS currencies,
        array_agg(summed.worth ORDER BY summed.currency) AS worths
    FROM (
        SELECT currency, sum(estimated_value) AS worth
        FROM detections
        WHERE owner = $1 AND card_id = page.id AND currency IS NOT NULL
        GROUP BY currency
    ) AS summed
) AS valued
ORDER BY page.folded_name, page.catalog_id
