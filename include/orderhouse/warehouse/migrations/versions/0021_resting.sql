ALTER TABLE ops.connection_status
    ADD COLUMN refusals BIGINT, ADD COLUMN refused_credentials TEXT, ADD COLUMN rests_until TIMESTAMP WITH TIME ZONE;
COMMENT ON COLUMN ops.connection_status.refusals IS 'How often in succession the source refused the same credentials; NULL where it accepts';
COMMENT ON COLUMN ops.connection_status.refused_credentials IS 'Keyed fingerprint of those, which tells whether they have changed';
COMMENT ON COLUMN ops.connection_status.rests_until IS 'Before then no scheduled run tries the refused credentials again';
