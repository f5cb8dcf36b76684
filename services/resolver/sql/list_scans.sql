-- A page of scans, the newest first, as get_scan gives them: $1 owner (null: any), $2 the id to go on after (null: from the
-- newest), $3 how many.
SELECT
    scan.id::text AS scan_id, scan.owner, scan.state, scan.job_id, scan.total_detections, scan.resolved,
    scan.auto_created, scan.user_cards_created, scan.user_cards_updated, scan.unresolved, scan.created_at,
    scan.ended_at, job.progress_done,
    CASE WHEN scan.state = 'PENDING' THEN job.error_class ELSE scan.error_class END AS error_class,
    CASE WHEN scan.state = 'PENDING' THEN job.error_message ELSE scan.error_message END AS error_message,
    CASE WHEN scan.state = 'PENDING' THEN job.error_at ELSE scan.error_at END AS error_at
FROM scans AS scan
LEFT JOIN jobs AS job ON job.id = scan.job_id
WHERE ($1::text IS NULL OR scan.owner = $1) AND ($2::uuid IS NULL OR scan.id < $2)
ORDER BY scan.id DESC
LIMIT $3
