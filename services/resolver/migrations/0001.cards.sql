-- The catalogue, the keys and embeddings that lead to it, and what was asked for in vain.
-- depends:

-- Its one row counts the changes to cards. Whoever writes cards takes it first, so that writers queue in one order and
-- a reader that has seen revision n has only to ask for what came after it.
CREATE TABLE catalogue (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint NOT NULL DEFAULT 0
);

INSERT INTO catalogue DEFAULT VALUES;

CREATE TABLE cards (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    catalog_id text COLLATE "C" NOT NULL UNIQUE CHECK (catalog_id <> ''),
    origin text NOT NULL CHECK (origin IN ('CATALOG', 'EMBEDDING')),
    name text NOT NULL CHECK (name <> ''),
    -- As services/resolver/folding.py folds names; searched and sorted by.
    folded_name text COLLATE "C" NOT NULL,
    number text NOT NULL,
    rarity text NOT NULL,
    set_id text COLLATE "C" NOT NULL,
    set_name text NOT NULL,
    set_series text NOT NULL,
    set_code text NOT NULL,
    set_total integer,
    set_printed_total integer,
    release_date date,
    supertype text NOT NULL,
    types text [] NOT NULL,
    artist text NOT NULL,
    national_pokedex_numbers integer [] NOT NULL,
    image_small text NOT NULL,
    image_large text NOT NULL,
    revision bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX cards_by_name ON cards (folded_name, catalog_id);
CREATE INDEX cards_by_revision ON cards (revision);

-- Every id of every source that is known to name a card. A key never moves to another card.
CREATE TABLE card_keys (
    source text COLLATE "C" NOT NULL CHECK (source <> ''),
    external_id text COLLATE "C" NOT NULL CHECK (external_id <> ''),
    card_id uuid NOT NULL REFERENCES cards,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, external_id)
);

-- Embeddings by catalogue id, with what a card can be created from. An empty name: too little is known for a card.
CREATE TABLE card_embeddings (
    catalog_id text COLLATE "C" PRIMARY KEY CHECK (catalog_id <> ''),
    embedding vector NOT NULL,
    model text NOT NULL,
    name text NOT NULL,
    folded_name text COLLATE "C" NOT NULL,
    number text NOT NULL,
    rarity text NOT NULL,
    set_id text COLLATE "C" NOT NULL,
    set_name text NOT NULL,
    set_series text NOT NULL,
    set_code text NOT NULL,
    set_total integer,
    set_printed_total integer,
    release_date date,
    supertype text NOT NULL,
    types text [] NOT NULL,
    artist text NOT NULL,
    national_pokedex_numbers integer [] NOT NULL,
    image_small text NOT NULL,
    image_large text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Exact nearest neighbours read every row: keep vectors of up to 2,000 dimensions in it instead of beside it.
ALTER TABLE card_embeddings SET (toast_tuple_target = 8160);

-- Where COPY puts records on their way into the tables; emptied by the statement that takes them, in one transaction.
CREATE UNLOGGED TABLE staged_cards (
    import_id uuid NOT NULL,
    position bigint NOT NULL,
    catalog_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    folded_name text NOT NULL,
    number text NOT NULL,
    rarity text NOT NULL,
    set_id text NOT NULL,
    set_name text NOT NULL,
    set_series text NOT NULL,
    set_code text NOT NULL,
    set_total integer,
    set_printed_total integer,
    release_date date,
    supertype text NOT NULL,
    types text [] NOT NULL,
    artist text NOT NULL,
    national_pokedex_numbers integer [] NOT NULL,
    image_small text NOT NULL,
    image_large text NOT NULL
);

CREATE UNLOGGED TABLE staged_embeddings (
    LIKE staged_cards,
    embedding real [] NOT NULL,
    model text NOT NULL
);

-- Ids that were asked for and found nowhere. A gap that is filled later stays, with the time it was.
CREATE TABLE gaps (
    source text COLLATE "C" NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    reason text NOT NULL CHECK (reason IN ('NOT_IN_CATALOG', 'EMBEDDING_INCOMPLETE')),
    count bigint NOT NULL CHECK (count > 0),
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    PRIMARY KEY (source, external_id)
);

-- How many ids ended how, since ever; added to about once a second by each process.
CREATE TABLE resolution_counts (
    outcome text PRIMARY KEY
    CHECK (outcome IN ('KEY', 'CATALOG', 'EMBEDDING', 'NOT_IN_CATALOG', 'EMBEDDING_INCOMPLETE')),
    count bigint NOT NULL
);
