-- Scans, the detections in them, and the collections they come to.
-- depends: 0001.cards

CREATE TABLE scans (
    id uuid PRIMARY KEY,
    owner text COLLATE "C" NOT NULL CHECK (owner <> ''),
    request_id text COLLATE "C" NOT NULL CHECK (request_id <> ''),
    -- SHA-256 of the request without its id: tells a repetition from another request under the same id.
    fingerprint bytea NOT NULL,
    -- The job's row is deleted when its retention has passed; the scan stays.
    job_id uuid NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'PENDING'
    CHECK (state IN ('PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    total_detections integer NOT NULL CHECK (total_detections > 0),
    -- What it came to; null until it SUCCEEDED. `unresolved` holds how many have no card, by reason.
    resolved integer,
    auto_created integer,
    user_cards_created integer,
    user_cards_updated integer,
    unresolved jsonb,
    -- Why it FAILED.
    error_class text,
    error_message text,
    error_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    UNIQUE (owner, request_id),
    CHECK ((state = 'PENDING') = (ended_at IS NULL)),
    CHECK ((state = 'SUCCEEDED') = (unresolved IS NOT NULL))
);

CREATE INDEX scans_by_owner ON scans (owner, id);

CREATE TABLE detections (
    scan_id uuid NOT NULL REFERENCES scans,
    detection_id text COLLATE "C" NOT NULL CHECK (detection_id <> ''),
    position integer NOT NULL,
    -- Its scan's.
    owner text COLLATE "C" NOT NULL,
    -- The message as it was sent.
    detection bytea NOT NULL,
    -- What can be used of it; null: nothing, and `reason` says why.
    evidence text COLLATE "C" CHECK (evidence IN ('EXTERNAL', 'TEXT', 'EMBEDDING')),
    -- The key that the evidence is, or would become; null: it can't be one.
    key_source text COLLATE "C",
    key_id text COLLATE "C",
    estimated_value numeric(28, 9) CHECK (estimated_value >= 0),
    currency text COLLATE "C",
    tier text COLLATE "C" CHECK (tier IN ('KEY', 'CATALOG', 'EMBEDDING', 'TEXT', 'PICTURE', 'CONFIRMED')),
    -- Not a foreign key, which would be checked card by card: every card here stands in user_cards, where it is one.
    card_id uuid,
    reason text COLLATE "C" CHECK (
        reason IN (
            'NOT_IN_CATALOG', 'EMBEDDING_INCOMPLETE', 'AMBIGUOUS', 'WEAK', 'CONFLICT', 'NO_CANDIDATE', 'NO_EVIDENCE',
            'INVALID_EVIDENCE'
        )
    ),
    message text NOT NULL DEFAULT '',
    -- What it may be: a serialized atelier.resolver.v1.Identification.
    candidates bytea,
    confirmed_at timestamptz,
    PRIMARY KEY (scan_id, detection_id),
    CHECK ((tier IS NULL) = (card_id IS NULL)),
    CHECK (tier IS NULL OR reason IS NULL)
);

CREATE INDEX detections_by_card ON detections (owner, card_id) WHERE card_id IS NOT NULL;

-- What each owner has: `quantity` is the number of its detections with the card.
CREATE TABLE user_cards (
    owner text COLLATE "C" NOT NULL,
    card_id uuid NOT NULL REFERENCES cards,
    quantity integer NOT NULL CHECK (quantity > 0),
    -- The scan that brought the first of them.
    first_scan_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner, card_id)
);

-- What a user says its evidence shows: keys that count for this owner alone, before those of card_keys. They may move.
CREATE TABLE owner_keys (
    owner text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL CHECK (source <> ''),
    external_id text COLLATE "C" NOT NULL CHECK (external_id <> ''),
    card_id uuid NOT NULL REFERENCES cards,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner, source, external_id)
);
