-- Accounts and their entries.
-- depends:

-- What a subject has of a unit, such as credits; always the sum of its entries.
CREATE TABLE accounts (
    subject text COLLATE "C" NOT NULL CHECK (subject <> ''),
    unit text COLLATE "C" NOT NULL CHECK (unit <> ''),
    balance bigint NOT NULL CHECK (balance >= 0),
    PRIMARY KEY (subject, unit)
);

-- Never changed and never deleted.
CREATE TABLE entries (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    subject text COLLATE "C" NOT NULL,
    unit text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL CHECK (reason IN ('GRANT', 'RESERVE', 'SETTLE', 'RELEASE')),
    -- What it is for: the grant's id, or the reservation's name.
    key text COLLATE "C" NOT NULL CHECK (key <> ''),
    -- What it adds to the balance. A SETTLE gives back what was reserved too much, and takes what was too little.
    amount bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (subject, unit) REFERENCES accounts,
    UNIQUE (subject, unit, reason, key),
    CHECK (CASE reason WHEN 'GRANT' THEN amount > 0 WHEN 'RESERVE' THEN amount <= 0 WHEN 'RELEASE' THEN amount >= 0 ELSE true END)
);

-- A reservation ends once: settled or released.
CREATE UNIQUE INDEX entries_ends ON entries (subject, unit, key) WHERE reason IN ('SETTLE', 'RELEASE');
CREATE INDEX entries_by_account ON entries (subject, unit, id);
