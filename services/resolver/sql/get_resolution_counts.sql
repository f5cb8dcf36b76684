-- How many ids ended how, since ever. One row an outcome.
SELECT outcome, count
FROM resolution_counts
