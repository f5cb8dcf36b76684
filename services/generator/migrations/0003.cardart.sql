-- Players, the card images that were drawn of them, and the address of each variant's picture.
-- depends: 0002.poses

-- Its one row counts the changes to players. Whoever writes players takes it first, so that writers queue in one order
-- and what was read under revision n holds until n is over.
CREATE TABLE roster (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint NOT NULL DEFAULT 0
);

INSERT INTO roster DEFAULT VALUES;

CREATE TABLE players (
    player_id text COLLATE "C" PRIMARY KEY CHECK (player_id <> ''),
    -- As cardart/player_records.py writes and reads it.
    record jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Every card image that was drawn, by what it was drawn from; what it shows is a player's data as they once were.
CREATE TABLE card_images (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    -- SHA-256 of templates, code, fonts, engine and data; see cardart/identity.py.
    identity bytea NOT NULL UNIQUE,
    player_id text COLLATE "C" NOT NULL REFERENCES players,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('BATTING', 'PITCHING')),
    variant integer NOT NULL CHECK (variant >= 0),
    tier text COLLATE "C" NOT NULL CHECK (tier IN ('COMMON', 'UNCOMMON', 'RARE', 'EPIC', 'LEGENDARY')),
    -- Whether that is another tier than the career's.
    tier_override boolean NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    format text COLLATE "C" NOT NULL CHECK (format = 'PNG'),
    width integer NOT NULL,
    height integer NOT NULL,
    bytes bigint NOT NULL,
    -- How long the drawing took.
    seconds double precision NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX card_images_by_player ON card_images (player_id, id);
CREATE INDEX card_images_by_picture ON card_images (sha256);

-- The variants (above 0, of the tier that the career deserves) that were rendered, each with the picture it shows.
CREATE TABLE card_variants (
    player_id text COLLATE "C" NOT NULL REFERENCES players,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('BATTING', 'PITCHING')),
    variant integer NOT NULL CHECK (variant > 0),
    sha256 text COLLATE "C" NOT NULL,
    -- The roster's revision that the picture was drawn under: an older one never replaces a newer one's.
    revision bigint NOT NULL,
    -- The picture's lasting path at the gateway; null until a job has found the picture in the store, whole.
    image_url text COLLATE "C",
    -- When a job was last asked to fill it, and how often the sweeper did.
    asked_at timestamptz NOT NULL DEFAULT now(),
    sweeps integer NOT NULL DEFAULT 0,
    PRIMARY KEY (player_id, kind, variant)
);

CREATE INDEX card_variants_lacking ON card_variants (asked_at) WHERE image_url IS NULL;
