-- Begins an attempt at each of the activities $1, on which the jobs $2 work, whose time has come and whose account isn't
-- held and has acted less often than it may, in $3 seconds and in $4. The accounts that have limits are locked, and have
-- one activity each here. A row for each activity that waits: its attempt; null: it goes on waiting. What is beyond the
-- limits is given turns as far from each other as tokens come back on average: else all would wake for the next token.
WITH clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
),

asked AS MATERIALIZED (
    SELECT
        activity.id, activity.account_id, activity.run_at, activity.turn, account.turn_at, account.per_hour,
        account.per_day, account.held_at IS NOT NULL AS held,
        account.per_hour > 0 OR account.per_day > 0 AS limited,
        -- The oldest of as many acts as there may be has to be that long ago.
        CASE WHEN account.per_hour > 0 THEN (
            SELECT acts.acted_at + make_interval(secs => $3::double precision)
            FROM acts
            WHERE acts.account_id = account.id
            ORDER BY acts.acted_at DESC
            OFFSET greatest(account.per_hour, 1) - 1
            LIMIT 1
        ) END AS hour_at,
        CASE WHEN account.per_day > 0 THEN (
            SELECT acts.acted_at + make_interval(secs => $4::double precision)
            FROM acts
            WHERE acts.account_id = account.id
            ORDER BY acts.acted_at DESC
            OFFSET greatest(account.per_day, 1) - 1
            LIMIT 1
        ) END AS day_at
    FROM unnest($1::uuid [], $2::uuid []) AS named (activity_id, job_id)
    INNER JOIN activities AS activity
        ON
            activity.id = named.activity_id AND activity.job_id = named.job_id
            AND activity.state = 'WAITING'
    INNER JOIN pod_accounts AS account ON account.id = activity.account_id
),

begun AS (
    UPDATE activities
    SET
        state = 'RUNNING', attempt = activities.attempt + 1, started_at = clock.now, latency_seconds = NULL, status = 0,
        external_id = '', excerpt = ''
    FROM asked
    CROSS JOIN clock
    WHERE
        activities.id = asked.id AND NOT asked.held
        AND greatest(asked.run_at, asked.hour_at, asked.day_at) <= clock.now
    RETURNING activities.id, activities.attempt, asked.account_id, asked.limited, clock.now
),

full_up AS MATERIALIZED (
    SELECT
        asked.id, asked.account_id,
        -- A turn that has just come, and whose token comes a moment later, stays the first.
        CASE
            WHEN asked.turn AND clock.now < asked.run_at + met.spacing THEN greatest(asked.hour_at, asked.day_at)
            ELSE greatest(asked.hour_at, asked.day_at, asked.turn_at + met.spacing)
        END AS turn_at
    FROM asked
    CROSS JOIN clock
    -- Of the limits that are met; the other one's tokens come back at their own pace.
    CROSS JOIN LATERAL (
        SELECT make_interval(secs => greatest(
            CASE WHEN asked.hour_at > clock.now THEN $3::double precision / asked.per_hour END,
            CASE WHEN asked.day_at > clock.now THEN $4::double precision / asked.per_day END
        )) AS spacing
    ) AS met
    WHERE NOT asked.held AND asked.run_at <= clock.now AND greatest(asked.hour_at, asked.day_at) > clock.now
),

given AS (
    UPDATE pod_accounts
    SET turn_at = greatest(pod_accounts.turn_at, full_up.turn_at)
    FROM full_up
    WHERE pod_accounts.id = full_up.account_id
),

noted AS (
    INSERT INTO acts (account_id, acted_at, activity_id, attempt)
    SELECT account_id, now, id, attempt
    FROM begun
    WHERE limited
),

forgotten AS (
    DELETE FROM acts
    USING asked
    CROSS JOIN clock
    WHERE
        asked.limited AND acts.account_id = asked.account_id
        AND acts.acted_at < clock.now - make_interval(secs => $4::double precision)
)

SELECT
    asked.id AS activity_id, begun.attempt, asked.held, full_up.turn_at, coalesce(full_up.turn_at, asked.run_at) AS until,
    clock.now
FROM asked
CROSS JOIN clock
LEFT JOIN begun ON begun.id = asked.id
LEFT JOIN full_up ON full_up.id = asked.id
