COMMENT ON COLUMN procurement.data_freshness.state IS 'online, offline, needs_reauthorisation, paused or disconnected';
