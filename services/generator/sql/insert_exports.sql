-- Accepts for each of the variations $2 of the generation $1 the same exports, in order: $3 presets, $4 formats.
INSERT INTO exports (generation_id, key, position, preset, format)
SELECT $1, variation.key, new.position, new.preset, new.format
FROM unnest($2::text []) AS variation (key)
CROSS JOIN unnest($3::text [], $4::text []) WITH ORDINALITY AS new (preset, format, position)
