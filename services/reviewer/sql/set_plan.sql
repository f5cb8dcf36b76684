-- Gives the owner $1 the plan $2.
INSERT INTO plans (owner, plan)
VALUES ($1, $2)
ON CONFLICT (owner) DO UPDATE SET plan = excluded.plan
