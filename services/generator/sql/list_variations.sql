-- The variations of the generation $1, in order; one that waits or runs has its job's error.
SELECT
    variation.key, variation.state, variation.pose_id, variation.seed, variation.job_id, variation.sha256,
    variation.format, variation.width, variation.height, variation.bytes, variation.thumbnail_sha256,
    variation.thumbnail_format, variation.thumbnail_width, variation.thumbnail_height, variation.thumbnail_bytes,
    variation.backend, variation.seconds, variation.reused,
    CASE WHEN variation.state = 'PENDING' THEN job.error_class ELSE variation.error_class END AS error_class,
    CASE WHEN variation.state = 'PENDING' THEN job.error_message ELSE variation.error_message END AS error_message,
    CASE WHEN variation.state = 'PENDING' THEN job.error_at ELSE variation.error_at END AS error_at
FROM variations AS variation
LEFT JOIN jobs AS job ON job.id = variation.job_id
WHERE variation.generation_id = $1
ORDER BY variation.position
