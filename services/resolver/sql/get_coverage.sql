-- How cards, embeddings, keys and gaps cover each other. One row.
SELECT
    (SELECT count(*) FROM cards) AS cards,
    (SELECT count(*) FROM card_embeddings) AS embeddings,
    (
        SELECT count(*) FROM cards
        WHERE NOT EXISTS (SELECT FROM card_embeddings AS e WHERE e.catalog_id = cards.catalog_id)
    ) AS cards_without_embedding,
    (
        SELECT count(*) FROM card_embeddings AS e
        WHERE NOT EXISTS (SELECT FROM cards WHERE cards.catalog_id = e.catalog_id)
    ) AS embeddings_without_card,
    (SELECT count(*) FROM card_keys) AS keys,
    (SELECT count(*) FROM gaps WHERE resolved_at IS NULL) AS gaps
