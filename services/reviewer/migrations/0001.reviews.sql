-- Reviews, their parts and findings, and what findings are compared with.
-- depends:

-- A repository's files at times; see repositories.
CREATE TABLE repositories (
    id uuid PRIMARY KEY,
    owner text COLLATE "C" NOT NULL CHECK (owner <> ''),
    name text COLLATE "C" NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (owner, name)
);

CREATE TABLE snapshots (
    id uuid PRIMARY KEY,
    repository_id uuid NOT NULL REFERENCES repositories,
    revision text COLLATE "C" NOT NULL,
    -- SHA-256 of its paths and contents: equal ones are of the same files.
    digest bytea NOT NULL,
    -- Files that are kept, their size, and how many of them the owner had already.
    files integer NOT NULL CHECK (files >= 0),
    bytes bigint NOT NULL CHECK (bytes >= 0),
    known integer NOT NULL CHECK (known BETWEEN 0 AND files),
    left_out integer NOT NULL CHECK (left_out >= 0),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX snapshots_by_repository ON snapshots (repository_id, id);

CREATE TABLE snapshot_files (
    snapshot_id uuid NOT NULL REFERENCES snapshots,
    -- Any secret in it redacted, as everywhere here.
    path text COLLATE "C" NOT NULL CHECK (path <> ''),
    sha256 text COLLATE "C" NOT NULL,
    bytes integer NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (snapshot_id, path)
);

-- What an owner has sent, by the content's SHA-256; the bytes are in the object store.
CREATE TABLE contents (
    owner text COLLATE "C" NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner, sha256)
);

CREATE TABLE reviews (
    id uuid PRIMARY KEY,
    owner text COLLATE "C" NOT NULL CHECK (owner <> ''),
    request_id text COLLATE "C" NOT NULL CHECK (request_id <> ''),
    -- SHA-256 of the request as it was sent, without its id: tells a repetition from another request under the same id.
    fingerprint bytea NOT NULL,
    project text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('review', 'debug', 'architecture')),
    snapshot_id uuid REFERENCES snapshots,
    secret_policy text COLLATE "C" NOT NULL CHECK (secret_policy IN ('REDACT', 'WITHHOLD')),
    -- The month of UTC whose budget pays, such as 2026-11.
    month text COLLATE "C" NOT NULL,
    total integer NOT NULL CHECK (total > 0),
    -- Parts that have ended, by how; the others are RUNNING. Degraded ones are among those that succeeded.
    succeeded integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    cancelled integer NOT NULL DEFAULT 0,
    degraded integer NOT NULL DEFAULT 0,
    state text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN succeeded + failed + cancelled < total THEN 'RUNNING'
            WHEN cancelled > 0 THEN 'CANCELLED'
            WHEN failed = total THEN 'FAILED'
            ELSE 'SUCCEEDED'
        END
    ) STORED,
    -- Null until it ends.
    outcome text COLLATE "C" GENERATED ALWAYS AS (
        CASE
            WHEN succeeded + failed + cancelled < total THEN NULL
            WHEN succeeded = total AND degraded = 0 THEN 'COMPLETE'
            ELSE 'DEGRADED'
        END
    ) STORED,
    -- Sums over its parts. Counts of findings: new, persisting, fixed, dismissed; and by severity from CRITICAL to INFO
    -- of the first two.
    counts integer [] NOT NULL DEFAULT '{0,0,0,0,0,0,0,0,0}' CHECK (cardinality(counts) = 9),
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    saved_tokens bigint NOT NULL DEFAULT 0,
    -- US dollars; null while nothing with a price was asked.
    cost numeric,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    UNIQUE (owner, request_id),
    CHECK (succeeded + failed + cancelled <= total AND degraded <= succeeded),
    CHECK ((state = 'RUNNING') = (ended_at IS NULL))
);

CREATE INDEX reviews_by_owner ON reviews (owner, id);
CREATE INDEX reviews_by_project ON reviews (owner, project, id);

-- The units of work: of a review of files, each file; of others, the whole.
CREATE TABLE parts (
    review_id uuid NOT NULL REFERENCES reviews,
    -- From 0, in the order asked for.
    number integer NOT NULL,
    -- What its job does; also the job's kind.
    task text COLLATE "C" NOT NULL CHECK (task IN ('review', 'debug', 'architecture')),
    -- Empty unless it is a file.
    path text COLLATE "C" NOT NULL,
    -- What to look at: {"files": [{"path", "sha256", "changed": [[first, last], …]}, …], "error": sha256 or absent}.
    inputs jsonb NOT NULL,
    -- SHA-256 of all that the result depends on; equal ones needn't be worked on twice. See identity.py.
    identity bytea NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'RUNNING'
    CHECK (state IN ('RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    -- Null until it ends, and where it wasn't carried out.
    outcome text COLLATE "C" CHECK (outcome IN ('COMPLETE', 'DEGRADED')),
    -- Null for one that was reviewed before as it is. The job's row is deleted when its retention has passed.
    job_id uuid,
    -- The ledger's key for its tokens, `<review id>/<number>`; null: none are set aside.
    reservation text COLLATE "C",
    language text COLLATE "C" NOT NULL DEFAULT '',
    -- {"skipped", "tools": […], "model": {…}, "secrets", "dropped"}; see coverage.py.
    coverage jsonb,
    summary text NOT NULL DEFAULT '',
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    saved_tokens bigint NOT NULL DEFAULT 0,
    cost numeric,
    -- What the model said, as long as the part runs: a later attempt needn't buy it again. See Answer in models/model.py.
    answer jsonb,
    -- The call to a model that was counted last: each is counted once.
    last_call uuid,
    -- [[name, seconds], …].
    steps jsonb,
    error_class text COLLATE "C",
    error_message text,
    error_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (review_id, number),
    UNIQUE (review_id, task, path),
    CHECK ((state = 'RUNNING') = (ended_at IS NULL)),
    CHECK ((state = 'SUCCEEDED') = (outcome IS NOT NULL)),
    CHECK (state = 'RUNNING' OR answer IS NULL)
);

-- Which part last looked at a path of a project; what the next one is compared with. The empty path: its architecture.
CREATE TABLE latest (
    owner text COLLATE "C" NOT NULL,
    project text COLLATE "C" NOT NULL,
    path text COLLATE "C" NOT NULL,
    review_id uuid NOT NULL,
    number integer NOT NULL,
    PRIMARY KEY (owner, project, path),
    FOREIGN KEY (review_id, number) REFERENCES parts
);

CREATE TABLE findings (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    review_id uuid NOT NULL,
    number integer NOT NULL,
    -- From 0, by line.
    position integer NOT NULL,
    -- Untold ones are of the part's path but not of this review: outside of a diff, or nobody looked who could have
    -- found them. They are only kept to be compared with.
    told boolean NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    rule text COLLATE "C" NOT NULL,
    severity smallint NOT NULL CHECK (severity BETWEEN 1 AND 5),
    category text COLLATE "C" NOT NULL,
    message text NOT NULL,
    path text COLLATE "C" NOT NULL,
    -- Null: it is about the whole. Columns are 0 where only lines are known.
    start_line integer,
    start_column integer,
    end_line integer,
    end_column integer,
    patch text NOT NULL,
    tools text [] NOT NULL CHECK (cardinality(tools) > 0),
    confidence double precision NOT NULL,
    status text COLLATE "C" NOT NULL CHECK (status IN ('NEW', 'PERSISTING', 'FIXED', 'DISMISSED')),
    dismissal text NOT NULL,
    FOREIGN KEY (review_id, number) REFERENCES parts,
    UNIQUE (review_id, number, position)
);

-- What people don't want to be told again, in a project of theirs.
CREATE TABLE dismissals (
    owner text COLLATE "C" NOT NULL,
    project text COLLATE "C" NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner, project, fingerprint)
);

-- Who has which plan; all others have the one in the settings.
CREATE TABLE plans (
    owner text COLLATE "C" PRIMARY KEY CHECK (owner <> ''),
    plan text COLLATE "C" NOT NULL CHECK (plan IN ('LITE', 'PRO', 'BUSINESS'))
);
