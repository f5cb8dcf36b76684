-- One row for each of the kinds $1, in order: its jobs by state, those that wait by lane, and whether it is stuck, which it
-- is when jobs are due and nothing has moved for $2 seconds. $3: those that are done are counted too; they may be millions.
WITH scheduled AS MATERIALIZED (
    SELECT kind, count(*) AS jobs, max(started_at) AS started_at
    FROM jobs
    WHERE state = 'SCHEDULED' AND kind = any($1::text [])
    GROUP BY kind
),

measured AS MATERIALIZED (
    SELECT
        wanted.kind, wanted.place,
        EXISTS (SELECT FROM paused_queues AS paused WHERE paused.kind = wanted.kind) AS paused,
        coalesce(queued.lanes, '{}') AS lanes,
        coalesce(queued.waiting, '{}') AS waiting,
        coalesce(queued.oldest_seconds, '{}') AS oldest_seconds,
        queued.oldest_run_at,
        coalesce(scheduled.jobs, 0) AS scheduled,
        running.jobs AS running,
        greatest(
            scheduled.started_at, running.started_at,
            CASE WHEN running.lease_expires_at > now() THEN now() END,
            (SELECT max(ended_at) FROM jobs WHERE kind = wanted.kind AND state = 'SUCCEEDED'),
            (SELECT max(ended_at) FROM jobs WHERE kind = wanted.kind AND state = 'FAILED'),
            (SELECT max(ended_at) FROM jobs WHERE kind = wanted.kind AND state = 'CANCELLED')
        ) AS moved_at
    FROM unnest($1) WITH ORDINALITY AS wanted (kind, place)
    CROSS JOIN LATERAL (
        SELECT
            array_agg(lane ORDER BY lane) AS lanes,
            array_agg(jobs ORDER BY lane) AS waiting,
            array_agg(
                extract(EPOCH FROM greatest(now() - run_at, interval '0'))::double precision ORDER BY lane
            ) AS oldest_seconds,
            min(run_at) AS oldest_run_at
        FROM (
            SELECT lane, count(*) AS jobs, min(run_at) AS run_at
            FROM jobs
            WHERE kind = wanted.kind AND state = 'QUEUED'
            GROUP BY lane
        ) AS lanes
    ) AS queued
    CROSS JOIN LATERAL (
        SELECT count(*) AS jobs, max(started_at) AS started_at, max(lease_expires_at) AS lease_expires_at
        FROM jobs
        WHERE kind = wanted.kind AND state = 'RUNNING'
    ) AS running
    LEFT JOIN scheduled ON wanted.kind = scheduled.kind
)

SELECT
    kind, paused, lanes, waiting, oldest_seconds, scheduled, running,
    (SELECT count(*) FROM jobs WHERE jobs.kind = measured.kind AND state = 'FAILED') AS failed,
    CASE
        WHEN $3 THEN (SELECT count(*) FROM jobs WHERE jobs.kind = measured.kind AND state = 'SUCCEEDED')
    END AS done,
    CASE
        WHEN $3 THEN (SELECT count(*) FROM jobs WHERE jobs.kind = measured.kind AND state = 'CANCELLED')
    END AS cancelled,
    CASE
        WHEN $3 THEN (
            SELECT count(*)
            FROM jobs
            WHERE
                jobs.kind = measured.kind AND state IN ('SUCCEEDED', 'FAILED', 'CANCELLED')
                AND ended_at > now() - interval '1 minute'
        )
    END AS ended_last_minute,
    -- What costs more is asked only of queues that look stuck so far.
    CASE
        WHEN
            paused
            OR oldest_run_at IS NULL
            OR oldest_run_at > now() - make_interval(secs => $2::double precision)
            OR moved_at > now() - make_interval(secs => $2)
            THEN false
        ELSE
            EXISTS (
                SELECT
                FROM jobs
                WHERE
                    jobs.kind = measured.kind AND state = 'QUEUED' AND lane IN (1, 2, 3)
                    AND run_at <= now() - make_interval(secs => $2)
                    AND NOT EXISTS (
                        SELECT
                        FROM held_keys AS held
                        WHERE held.kind = measured.kind AND held.concurrency_key = jobs.concurrency_key
                    )
            )
            -- One that was started and given back stands where it stood: at the head of its lane.
            AND NOT EXISTS (
                SELECT
                FROM unnest(lanes) AS waiting_lane (lane)
                CROSS JOIN LATERAL (
                    SELECT started_at
                    FROM jobs
                    WHERE jobs.kind = measured.kind AND state = 'QUEUED' AND jobs.lane = waiting_lane.lane
                    ORDER BY run_at, id
                    LIMIT 100
                ) AS head
                WHERE head.started_at > now() - make_interval(secs => $2)
            )
    END AS stuck
FROM measured
ORDER BY place
