-- The review $1, if it belongs to $2 (null: to anybody).
SELECT
    id AS review_id, owner, project, kind, snapshot_id, secret_policy, month, total, succeeded, failed, cancelled, degraded,
    state, outcome, counts, input_tokens, output_tokens, saved_tokens, cost, created_at, ended_at
FROM reviews
WHERE id = $1 AND ($2::text IS NULL OR owner = $2)
