ALTER TABLE ops.source_field ADD COLUMN recent_records BIGINT[], ADD COLUMN recent_present BIGINT[];
UPDATE ops.source_field SET recent_records = ARRAY[records], recent_present = ARRAY[present];
ALTER TABLE ops.source_field ALTER COLUMN recent_records SET NOT NULL, ALTER COLUMN recent_present SET NOT NULL;
COMMENT ON COLUMN ops.source_field.recent_records IS '`records` of each of the latest syncs, ten at most, the oldest first';
COMMENT ON COLUMN ops.source_field.recent_present IS '`present` of each of the same syncs';
