-- The roster's revision; it grows with every import of players.
SELECT revision
FROM roster
