-- Jobs, the workers that hold them, and what an operator decided about queues and keys.
-- depends:

CREATE TABLE jobs (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    -- What is to be done. Each kind is a queue of its own.
    kind text COLLATE "C" NOT NULL CHECK (kind <> ''),
    owner text COLLATE "C" NOT NULL CHECK (owner <> ''),
    state text COLLATE "C" NOT NULL
    CHECK (state IN ('SCHEDULED', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    -- 1 high, 2 normal, 3 low, as in the proto.
    lane smallint NOT NULL CHECK (lane BETWEEN 1 AND 3),
    -- Never started before. A retry moves it.
    run_at timestamptz NOT NULL,
    -- Given up after.
    deadline timestamptz,
    -- Starts so far, and how many there may be. One that doesn't count against the job raises the second too.
    attempt integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL CHECK (max_attempts > 0),
    -- How often its worker was lost while it ran; see README.md, "Poison".
    losses smallint NOT NULL DEFAULT 0,
    -- Whether nothing runs beside it in its worker, so that the worker's loss is its doing.
    alone boolean NOT NULL DEFAULT false,
    cancel_requested boolean NOT NULL DEFAULT false,
    -- Whoever holds the token holds the job; every write on a running job names it.
    lease_token uuid,
    -- Not indexed, so that a renewal touches the row and no index.
    lease_expires_at timestamptz,
    worker_id uuid,
    concurrency_key text COLLATE "C" CHECK (concurrency_key <> ''),
    idempotency_key text COLLATE "C" CHECK (idempotency_key <> ''),
    progress_done bigint NOT NULL DEFAULT 0,
    progress_total bigint NOT NULL DEFAULT 0,
    error_class text COLLATE "C" CHECK (
        error_class IN ('RATE_LIMITED', 'NETWORK', 'TIMEOUT', 'AUTH', 'NOT_FOUND', 'INVALID', 'QUOTA', 'UNKNOWN')
    ),
    error_message text,
    error_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    ended_at timestamptz,
    -- What the handler is told, and what an earlier attempt left for it.
    payload bytea NOT NULL,
    checkpoint bytea,
    CHECK ((state = 'RUNNING') = (lease_token IS NOT NULL)),
    CHECK ((state IN ('SUCCEEDED', 'FAILED', 'CANCELLED')) = (ended_at IS NOT NULL))
)
-- Rows change twice or more in their short active life.
WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);

CREATE INDEX jobs_queued ON jobs (kind, lane, run_at, id) WHERE state = 'QUEUED';
CREATE INDEX jobs_queued_by_key ON jobs (kind, concurrency_key, lane, run_at, id)
WHERE state = 'QUEUED' AND concurrency_key IS NOT NULL;
CREATE INDEX jobs_scheduled ON jobs (run_at) INCLUDE (kind) WHERE state = 'SCHEDULED';
-- Retries that a watcher hasn't seen yet.
CREATE INDEX jobs_rescheduled ON jobs (kind, started_at) WHERE state = 'SCHEDULED' AND started_at IS NOT NULL;
CREATE INDEX jobs_running ON jobs (kind, concurrency_key) WHERE state = 'RUNNING';
CREATE INDEX jobs_waiting_with_deadline ON jobs (deadline)
WHERE state IN ('QUEUED', 'SCHEDULED') AND deadline IS NOT NULL;
CREATE INDEX jobs_ended ON jobs (kind, state, ended_at) WHERE state IN ('SUCCEEDED', 'FAILED', 'CANCELLED');
CREATE INDEX jobs_by_owner ON jobs (owner, id);
CREATE UNIQUE INDEX jobs_by_idempotency_key ON jobs (owner, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- One row for each process that works; a live one gives a sign of life at least every third of its lease.
CREATE TABLE workers (
    id uuid PRIMARY KEY,
    place text NOT NULL,
    kinds text [] NOT NULL,
    lease_seconds double precision NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);

-- Only queues that somebody paused; no worker claims from them.
CREATE TABLE paused_queues (
    kind text COLLATE "C" PRIMARY KEY,
    paused_at timestamptz NOT NULL DEFAULT now()
);

-- Keys, such as an account whose credentials were refused, whose jobs wait until somebody resumes them.
CREATE TABLE held_keys (
    kind text COLLATE "C" NOT NULL,
    concurrency_key text COLLATE "C" NOT NULL,
    error_class text NOT NULL,
    error_message text NOT NULL,
    held_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, concurrency_key)
);
