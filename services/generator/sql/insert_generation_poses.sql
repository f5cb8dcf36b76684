-- Keeps the poses of the generation $1, in order: $2 ids, $3 skeletons.
INSERT INTO generation_poses (generation_id, pose_id, position, skeleton)
SELECT $1, new.pose_id, new.position, new.skeleton::jsonb
FROM unnest($2::text [], $3::text []) WITH ORDINALITY AS new (pose_id, skeleton, position)
