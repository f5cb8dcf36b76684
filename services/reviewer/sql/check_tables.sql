-- Whether anything was ever reviewed; an error while the tables aren't there.
SELECT EXISTS (SELECT FROM reviews) AS used
