-- Poses that were imported; the built-in gallery stands in the code.
-- depends: 0001.generations

CREATE TABLE poses (
    -- Empty: everybody's.
    owner text COLLATE "C" NOT NULL,
    pose_id text COLLATE "C" NOT NULL CHECK (pose_id <> ''),
    name text NOT NULL,
    tags text [] NOT NULL,
    skeleton jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner, pose_id)
);

-- As lists go.
CREATE INDEX poses_in_order ON poses (pose_id, owner);
