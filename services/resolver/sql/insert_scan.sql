-- Accepts a scan: $1 its id, $2 owner, $3 request id, $4 fingerprint, $5 job, $6 how many detections. No row: the owner has
-- one with this request id already.
INSERT INTO scans (id, owner, request_id, fingerprint, job_id, total_detections)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (owner, request_id) DO NOTHING
RETURNING id
