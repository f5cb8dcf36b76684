-- The catalogue's revision; it grows with every change to cards.
SELECT revision
FROM catalogue
