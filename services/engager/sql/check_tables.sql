-- Whether anything was ever scheduled; an error while the tables aren't there.
SELECT EXISTS (SELECT FROM activities) AS used
