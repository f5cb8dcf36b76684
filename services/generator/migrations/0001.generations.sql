-- Generations, their variations and exports, and the images that were ever made.
-- depends:

CREATE TABLE generations (
    id uuid PRIMARY KEY,
    owner text COLLATE "C" NOT NULL CHECK (owner <> ''),
    request_id text COLLATE "C" NOT NULL CHECK (request_id <> ''),
    -- SHA-256 of the request as it was sent, without its id: tells a repetition from another request under the same id.
    fingerprint bytea NOT NULL,
    -- A serialized CreateGenerationRequest, defaults filled in.
    request bytea NOT NULL,
    -- Which backend it was accepted for.
    backend text NOT NULL,
    total integer NOT NULL CHECK (total > 0),
    -- Variations that have ended, by how; the others are PENDING.
    succeeded integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    cancelled integer NOT NULL DEFAULT 0,
    -- Jobs under way that make nothing but exports.
    exporting integer NOT NULL DEFAULT 0 CHECK (exporting >= 0),
    state text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN exporting > 0 OR succeeded + failed + cancelled < total THEN 'RUNNING'
            WHEN succeeded = total THEN 'SUCCEEDED'
            WHEN cancelled > 0 THEN 'CANCELLED'
            WHEN failed = total THEN 'FAILED'
            ELSE 'PARTIALLY_SUCCEEDED'
        END
    ) STORED,
    -- Credits set aside for each variation that is PENDING, and charged for all that were made.
    price bigint NOT NULL CHECK (price > 0),
    charged bigint NOT NULL DEFAULT 0,
    -- How often it was begun: once, and again by each RetryGeneration.
    round integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    UNIQUE (owner, request_id),
    CHECK (succeeded >= 0 AND failed >= 0 AND cancelled >= 0 AND succeeded + failed + cancelled <= total),
    CHECK ((state = 'RUNNING') = (ended_at IS NULL))
);

CREATE INDEX generations_by_owner ON generations (owner, id);

-- The poses of a generation as they were, so that an image can be made again after its pose was replaced.
CREATE TABLE generation_poses (
    generation_id uuid NOT NULL REFERENCES generations,
    pose_id text COLLATE "C" NOT NULL,
    position integer NOT NULL,
    skeleton jsonb NOT NULL,
    PRIMARY KEY (generation_id, pose_id)
);

CREATE TABLE variations (
    generation_id uuid NOT NULL REFERENCES generations,
    key text COLLATE "C" NOT NULL CHECK (key <> ''),
    position integer NOT NULL,
    -- Null in text mode.
    pose_id text COLLATE "C",
    seed bigint NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'PENDING'
    CHECK (state IN ('PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    -- The job that works on it or on its exports, or did last. Its row is deleted when its retention has passed.
    job_id uuid NOT NULL,
    -- The ledger's key: `<generation id>/<key>/<round>`.
    reservation text COLLATE "C" NOT NULL,
    sha256 text COLLATE "C",
    format text COLLATE "C" CHECK (format IN ('PNG', 'JPEG', 'WEBP')),
    width integer,
    height integer,
    bytes bigint,
    thumbnail_sha256 text COLLATE "C",
    thumbnail_format text COLLATE "C" CHECK (thumbnail_format IN ('PNG', 'JPEG', 'WEBP')),
    thumbnail_width integer,
    thumbnail_height integer,
    thumbnail_bytes bigint,
    -- What made the image, and how long that took.
    backend text,
    seconds double precision,
    reused boolean NOT NULL DEFAULT false,
    -- Why it FAILED.
    error_class text COLLATE "C",
    error_message text,
    error_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (generation_id, key),
    CHECK ((state = 'PENDING') = (ended_at IS NULL)),
    CHECK ((state = 'SUCCEEDED') = (sha256 IS NOT NULL)),
    CHECK ((sha256 IS NULL) = (thumbnail_sha256 IS NULL))
);

CREATE TABLE exports (
    generation_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    -- In the order asked for.
    position integer NOT NULL,
    preset text COLLATE "C" NOT NULL CHECK (preset IN ('PORTRAIT', 'SQUARE', 'STORY', 'LANDSCAPE')),
    format text COLLATE "C" NOT NULL CHECK (format IN ('PNG', 'JPEG', 'WEBP')),
    -- Null until it is made.
    sha256 text COLLATE "C",
    width integer,
    height integer,
    bytes bigint,
    -- Why it couldn't be made; the variation stands all the same.
    error_class text COLLATE "C",
    error_message text,
    error_at timestamptz,
    PRIMARY KEY (generation_id, key, position),
    FOREIGN KEY (generation_id, key) REFERENCES variations,
    CHECK (sha256 IS NULL OR error_class IS NULL)
);

-- Every image that was made, by what it was made from: the same isn't made again while its object is there.
CREATE TABLE images (
    -- SHA-256 of the backend with its version and of the request; see identity.py.
    identity bytea PRIMARY KEY,
    sha256 text COLLATE "C" NOT NULL,
    format text COLLATE "C" NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    bytes bigint NOT NULL,
    thumbnail_sha256 text COLLATE "C" NOT NULL,
    thumbnail_format text COLLATE "C" NOT NULL,
    thumbnail_width integer NOT NULL,
    thumbnail_height integer NOT NULL,
    thumbnail_bytes bigint NOT NULL,
    backend text NOT NULL,
    seconds double precision NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
