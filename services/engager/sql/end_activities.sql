-- Ends the activities $1, on which the jobs $2 work, in the states $3 with the statuses $4, external ids $5, excerpts $6,
-- latencies $7 and errors $8 and $9 (null: none). HELD is no end: it waits for its account. One row for each.
WITH ended AS MATERIALIZED (
    SELECT *
    FROM unnest(
        $1::uuid [], $2::uuid [], $3::text [], $4::integer [], $5::text [], $6::text [], $7::double precision [],
        $8::text [], $9::text []
    ) AS ended (
        activity_id, job_id, state, status, external_id, excerpt, latency_seconds, error_class, error_message
    )
)

UPDATE activities
SET
    state = ended.state, status = ended.status, external_id = ended.external_id, excerpt = ended.excerpt,
    latency_seconds = ended.latency_seconds, error_class = ended.error_class, error_message = ended.error_message,
    error_at = CASE WHEN ended.error_class IS NOT NULL THEN clock_timestamp() END,
    ended_at = CASE WHEN ended.state <> 'HELD' THEN clock_timestamp() END
FROM ended
WHERE
    activities.id = ended.activity_id AND activities.job_id = ended.job_id AND activities.state IN ('WAITING', 'RUNNING')
RETURNING activities.id AS activity_id
