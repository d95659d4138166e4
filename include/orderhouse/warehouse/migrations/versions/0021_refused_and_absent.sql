ALTER TABLE ops.connection_status
    ADD COLUMN refusals BIGINT, ADD COLUMN refused_credentials TEXT, ADD COLUMN rests_until TIMESTAMP WITH TIME ZONE;
COMMENT ON COLUMN ops.connection_status.refusals IS 'How often in succession the source refused the same credentials; NULL where it accepts';
COMMENT ON COLUMN ops.connection_status.refused_credentials IS 'Keyed fingerprint of those, which tells whether they have changed';
COMMENT ON COLUMN ops.connection_status.rests_until IS 'Before then no scheduled run tries the refused credentials again';

ALTER TABLE ops.source_field ADD COLUMN absent BIGINT NOT NULL DEFAULT 0;
UPDATE ops.source_field AS field SET absent = (
    SELECT coalesce(sum(sync.records), 0)
    FROM unnest(recent_records, recent_present) WITH ORDINALITY AS sync (records, present, number)
    WHERE number > coalesce((
        SELECT max(number) FROM unnest(field.recent_present) WITH ORDINALITY AS came (present, number) WHERE present > 0
    ), 0)
);
COMMENT ON COLUMN ops.source_field.absent IS 'How many objects in a row were read without it, up to the latest sync';
