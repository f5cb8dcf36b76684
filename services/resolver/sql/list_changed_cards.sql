-- What identification needs of the cards that changed after revision $1.
SELECT id::text AS card_id, catalog_id, name, number, set_id, set_name, set_code, set_printed_total
FROM cards
WHERE revision > $1
