-- What making the variation $2 of the generation $1 takes, and what there is of it.
SELECT
    generation.owner, generation.request, generation.price, variation.key, variation.state, variation.job_id,
    variation.seed, variation.reservation, pose.skeleton, variation.sha256, variation.format, variation.width,
    variation.height, variation.bytes
FROM variations AS variation
INNER JOIN generations AS generation ON generation.id = variation.generation_id
LEFT JOIN generation_poses AS pose
    ON pose.generation_id = variation.generation_id AND pose.pose_id = variation.pose_id
WHERE variation.generation_id = $1 AND variation.key = $2
