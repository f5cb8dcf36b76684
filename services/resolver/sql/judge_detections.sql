-- Writes what became of detections of the scan $1, and adds the cards to the collection of its owner $2: $3 ids, $4
-- tiers, $5 cards, $6 reasons, $7 what is wrong with each, $8 candidates. One that was judged before stays as it is, and is
-- not added again. One row: how many were judged.
WITH judged AS (
    UPDATE detections AS d
    SET
        tier = new.tier, card_id = new.card_id, reason = new.reason, message = new.message, candidates = new.candidates
    FROM unnest($3::text [], $4::text [], $5::uuid [], $6::text [], $7::text [], $8::bytea [])
        AS new (detection_id, tier, card_id, reason, message, candidates)
    WHERE
        d.scan_id = $1 AND d.detection_id = new.detection_id
        -- Both null, in words that the planner makes no guess of: it would take the one in a million for one row.
        AND num_nonnulls(d.tier, d.reason) < 1
    RETURNING d.card_id
),

added AS (
    INSERT INTO user_cards AS mine (owner, card_id, quantity, first_scan_id)
    SELECT $2, card_id, count(*), $1
    FROM judged
    WHERE card_id IS NOT NULL
    GROUP BY card_id
    -- All scans of an owner take its cards in one order.
    ORDER BY card_id
    ON CONFLICT (owner, card_id) DO UPDATE SET quantity = mine.quantity + excluded.quantity, updated_at = now()
)

SELECT count(*) AS judged
FROM judged
