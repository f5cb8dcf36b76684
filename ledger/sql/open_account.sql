-- Makes the account of the subject $1 in the unit $2, unless there is one.
INSERT INTO accounts (subject, unit, balance)
VALUES ($1, $2, 0)
ON CONFLICT (subject, unit) DO NOTHING
