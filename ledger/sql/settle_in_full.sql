-- Ends the reservations $2 of the subjects $1, a pair for each, in the unit $3 at just what was set aside, those that haven't
-- ended. No balance moves, so nobody waits for an account.
INSERT INTO entries (subject, unit, reason, key, amount)
SELECT reserved.subject, reserved.unit, 'SETTLE', reserved.key, 0
FROM unnest($1::text [], $2::text []) AS asked (subject, key)
INNER JOIN entries AS reserved
    ON
        reserved.subject = asked.subject AND reserved.unit = $3 AND reserved.reason = 'RESERVE'
        AND reserved.key = asked.key
ORDER BY reserved.subject, reserved.key
ON CONFLICT (subject, unit, key) WHERE reason IN ('SETTLE', 'RELEASE') DO NOTHING
