-- What making the variations $2 of the generations $1, a pair for each, takes, and what there is of them.
SELECT
    generation.owner, generation.request, generation.price, variation.generation_id, variation.key, variation.state,
    variation.job_id, variation.seed, variation.reservation, pose.skeleton, variation.sha256, variation.format,
    variation.width, variation.height, variation.bytes
FROM unnest($1::uuid [], $2::text []) AS wanted (generation_id, key)
INNER JOIN variations AS variation
    ON variation.generation_id = wanted.generation_id AND variation.key = wanted.key
INNER JOIN generations AS generation ON generation.id = variation.generation_id
LEFT JOIN generation_poses AS pose
    ON pose.generation_id = variation.generation_id AND pose.pose_id = variation.pose_id
