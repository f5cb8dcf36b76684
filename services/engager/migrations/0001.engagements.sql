-- Pods, accounts, activities, and when accounts acted.
-- depends:

CREATE TABLE pods (
    id uuid PRIMARY KEY,
    owner text COLLATE "C" NOT NULL CHECK (owner <> ''),
    name text COLLATE "C" NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (owner, name)
);

-- The ledger of other services has `accounts` of another kind.
CREATE TABLE pod_accounts (
    id uuid PRIMARY KEY,
    owner text COLLATE "C" NOT NULL CHECK (owner <> ''),
    pod_id uuid NOT NULL REFERENCES pods,
    name text COLLATE "C" NOT NULL CHECK (name <> ''),
    connector text COLLATE "C" NOT NULL CHECK (connector IN ('WEBHOOK', 'DRY_RUN')),
    -- Of a webhook; else empty. The secret is a name: its value is in the settings alone.
    url text NOT NULL DEFAULT '',
    secret text NOT NULL DEFAULT '',
    status_url text NOT NULL DEFAULT '',
    -- At most so many in any 60 minutes and any 24 hours; 0: no limit.
    per_hour integer NOT NULL CHECK (per_hour >= 0),
    per_day integer NOT NULL CHECK (per_day >= 0),
    -- Minutes after midnight in its zone; null: it is never quiet.
    quiet_start smallint CHECK (quiet_start BETWEEN 0 AND 1439),
    quiet_end smallint CHECK (quiet_end BETWEEN 0 AND 1439),
    zone text COLLATE "C" NOT NULL,
    links text COLLATE "C" NOT NULL CHECK (links IN ('FORBID', 'ALLOW')),
    -- The latest turn that was given to one of its activities beyond its limits; null: there was none.
    turn_at timestamptz,
    -- Why it is held; null: it isn't. Its jobs wait by the hold on their key, see jobs/README.md.
    hold_class text COLLATE "C",
    hold_message text,
    held_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (pod_id, name),
    CHECK ((quiet_start IS NULL) = (quiet_end IS NULL)),
    CHECK ((hold_class IS NULL) = (held_at IS NULL)),
    CHECK ((connector = 'WEBHOOK') = (url <> ''))
);

CREATE INDEX pod_accounts_by_owner ON pod_accounts (owner, id);

CREATE TABLE activities (
    id uuid PRIMARY KEY,
    owner text COLLATE "C" NOT NULL CHECK (owner <> ''),
    pod_id uuid NOT NULL REFERENCES pods,
    account_id uuid NOT NULL REFERENCES pod_accounts,
    -- SHA-256 of pod, account, post, kind and due time: the same is the same activity.
    key bytea NOT NULL UNIQUE,
    post text NOT NULL CHECK (post <> ''),
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('LIKE', 'COMMENT')),
    comment text NOT NULL,
    due_at timestamptz NOT NULL,
    jitter_seconds double precision NOT NULL CHECK (jitter_seconds >= 0),
    late_policy text COLLATE "C" NOT NULL CHECK (late_policy IN ('RUN', 'SKIP', 'SPREAD')),
    late_after_seconds double precision NOT NULL CHECK (late_after_seconds > 0),
    spread_seconds double precision NOT NULL CHECK (spread_seconds >= 0),
    -- When it is to be carried out: after jitter, limits, quiet hours, failed attempts and spreading.
    run_at timestamptz NOT NULL,
    -- Whether it was spread; that happens once.
    spread boolean NOT NULL DEFAULT false,
    -- Whether it waits for a turn of its own among those that are beyond its account's limits.
    turn boolean NOT NULL DEFAULT false,
    state text COLLATE "C" NOT NULL DEFAULT 'WAITING'
    CHECK (state IN ('WAITING', 'HELD', 'RUNNING', 'SUCCEEDED', 'FAILED', 'UNCERTAIN', 'SKIPPED', 'CANCELLED')),
    -- The job that works on it, or did last. Its row is deleted when its retention has passed.
    job_id uuid NOT NULL,
    -- Whether it was cancelled during a call; its job finds out what came of that, no more.
    cancelled boolean NOT NULL DEFAULT false,
    -- What came of the last attempt; 0: there was none.
    attempt integer NOT NULL DEFAULT 0,
    started_at timestamptz,
    latency_seconds double precision,
    status integer NOT NULL DEFAULT 0,
    external_id text NOT NULL DEFAULT '',
    excerpt text NOT NULL DEFAULT '',
    error_class text COLLATE "C",
    error_message text,
    error_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    CHECK ((state IN ('WAITING', 'HELD', 'RUNNING')) = (ended_at IS NULL)),
    CHECK ((kind = 'COMMENT') = (comment <> '')),
    CHECK ((attempt = 0) = (started_at IS NULL))
)
-- Rows change twice or more before they end.
WITH (fillfactor = 70);

CREATE INDEX activities_by_owner ON activities (owner, due_at, id);
CREATE INDEX activities_by_account ON activities (account_id, due_at, id);
CREATE INDEX activities_by_pod ON activities (pod_id, due_at, id);

-- As they are told: what waits for an account that is held is HELD, though only what it was held by has that written.
CREATE VIEW shown_activities AS
SELECT
    activity.id AS activity_id, activity.owner, activity.pod_id, activity.account_id, activity.key, activity.post,
    activity.kind, activity.comment, activity.due_at, activity.jitter_seconds, activity.late_policy,
    activity.late_after_seconds, activity.spread_seconds, activity.run_at, activity.job_id, activity.attempt,
    activity.started_at, activity.latency_seconds, activity.status, activity.external_id, activity.excerpt,
    activity.error_class, activity.error_message, activity.error_at, activity.created_at, activity.ended_at,
    CASE WHEN activity.state = 'WAITING' AND account.held_at IS NOT NULL THEN 'HELD' ELSE activity.state END AS state
FROM activities AS activity
JOIN pod_accounts AS account ON account.id = activity.account_id;

-- When accounts that have limits acted, as far back as those reach: one row for each call of a connector.
CREATE TABLE acts (
    account_id uuid NOT NULL REFERENCES pod_accounts,
    acted_at timestamptz NOT NULL,
    activity_id uuid NOT NULL,
    attempt integer NOT NULL,
    PRIMARY KEY (account_id, acted_at, activity_id, attempt)
);
