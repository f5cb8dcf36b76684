-- What was granted is found at once, however much has been spent since, and before there are statistics.
-- depends: ledger-0001.accounts

CREATE INDEX entries_grants ON entries (subject, unit) INCLUDE (amount) WHERE reason = 'GRANT';
