-- Accepts the variations of the generation $1, in order: $2 keys, $3 poses (null: none), $4 seeds, $5 jobs, $6 reservations.
INSERT INTO variations (generation_id, key, position, pose_id, seed, job_id, reservation)
SELECT $1, new.key, new.position, new.pose_id, new.seed, new.job_id, new.reservation
FROM unnest($2::text [], $3::text [], $4::bigint [], $5::uuid [], $6::text []) WITH ORDINALITY
    AS new (key, pose_id, seed, job_id, reservation, position)
