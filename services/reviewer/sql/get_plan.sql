-- The plan of the owner $1 (null: none was given), the month of UTC that it is, and when, and in how many seconds, it ends.
SELECT
    (SELECT plan FROM plans WHERE owner = $1) AS plan,
    to_char(month.began_at, 'YYYY-MM') AS month,
    (month.began_at + interval '1 month') AT TIME ZONE 'UTC' AS resets_at,
    ceil(extract(EPOCH FROM (month.began_at + interval '1 month') AT TIME ZONE 'UTC' - now()))::integer AS reset_seconds
FROM (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AS began_at) AS month
