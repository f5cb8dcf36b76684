-- The player $1, and the roster's revision that this is true of.
SELECT players.record, roster.revision
FROM players
CROSS JOIN roster
WHERE players.player_id = $1
