-- Lets no more jobs of the kind $1 start.
INSERT INTO paused_queues (kind)
VALUES ($1)
ON CONFLICT (kind) DO NOTHING
