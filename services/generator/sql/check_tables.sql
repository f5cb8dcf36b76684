-- Whether anything was ever generated; an error while the tables aren't there.
SELECT EXISTS (SELECT FROM generations) AS used
