-- A page of reviews, the newest first: $1 owner (null: any), $2 project (null: any), $3 state (null: any), $4 the id to go on
-- after (null: from the newest), $5 how many.
SELECT
    id AS review_id, owner, project, kind, snapshot_id, secret_policy, month, total, succeeded, failed, cancelled, degraded,
    state, outcome, counts, input_tokens, output_tokens, saved_tokens, cost, created_at, ended_at
FROM reviews
WHERE
    ($1::text IS NULL OR owner = $1)
    AND ($2::text IS NULL OR project = $2)
    AND ($3::text IS NULL OR state = $3)
    AND ($4::uuid IS NULL OR id < $4)
ORDER BY id DESC
LIMIT $5
