CREATE TABLE ops.connection_event (
    connection TEXT NOT NULL,
    event_id BIGINT GENERATED ALWAYS AS IDENTITY,
    customer TEXT NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state_before TEXT,
    state TEXT NOT NULL,
    error_code TEXT,
    error_message TEXT,
    CONSTRAINT connection_event_pkey PRIMARY KEY (connection, event_id)
);
COMMENT ON TABLE ops.connection_event IS 'Every change of a connection''s state';
COMMENT ON COLUMN ops.connection_event.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.connection_event.event_id IS 'Number of the event';
COMMENT ON COLUMN ops.connection_event.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN ops.connection_event.occurred_at IS 'When the state changed';
COMMENT ON COLUMN ops.connection_event.state_before IS 'The state before; NULL for the first';
COMMENT ON COLUMN ops.connection_event.state IS 'The state from then on';
COMMENT ON COLUMN ops.connection_event.error_code IS 'Code of the error behind the change';
COMMENT ON COLUMN ops.connection_event.error_message IS 'What went wrong and what to do';

CREATE TABLE ops.connection_status (
    connection TEXT NOT NULL,
    customer TEXT NOT NULL,
    connector TEXT NOT NULL,
    state TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    error_code TEXT,
    error_message TEXT,
    CONSTRAINT connection_status_pkey PRIMARY KEY (connection)
);
COMMENT ON TABLE ops.connection_status IS 'Whether each connection can be synced';
COMMENT ON COLUMN ops.connection_status.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.connection_status.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN ops.connection_status.connector IS 'The kind of source system';
COMMENT ON COLUMN ops.connection_status.state IS 'online, offline, needs_reauthorisation or paused';
COMMENT ON COLUMN ops.connection_status.since IS 'Since when the connection is in this state';
COMMENT ON COLUMN ops.connection_status.checked_at IS 'When the state was last told';
COMMENT ON COLUMN ops.connection_status.error_code IS 'Code of the error behind the state';
COMMENT ON COLUMN ops.connection_status.error_message IS 'What went wrong and what to do';

CREATE TABLE ops.issue (
    connection TEXT NOT NULL,
    issue_id UUID NOT NULL,
    customer TEXT NOT NULL,
    order_id UUID NOT NULL,
    table_name TEXT,
    row_id TEXT,
    field TEXT,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    source_value TEXT,
    noted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sync_id UUID NOT NULL,
    CONSTRAINT issue_pkey PRIMARY KEY (connection, issue_id)
);
CREATE INDEX issue_connection_order_id_idx ON ops.issue (connection, order_id);
COMMENT ON TABLE ops.issue IS 'What is odd about loaded orders; replaced with each version of its order';
COMMENT ON COLUMN ops.issue.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.issue.issue_id IS 'Deterministic UUID of what is odd and where';
COMMENT ON COLUMN ops.issue.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN ops.issue.order_id IS 'The order it was noted on';
COMMENT ON COLUMN ops.issue.table_name IS 'The canonical table';
COMMENT ON COLUMN ops.issue.row_id IS 'Key of the row below the order';
COMMENT ON COLUMN ops.issue.field IS 'The column';
COMMENT ON COLUMN ops.issue.code IS 'What kind of oddity it is';
COMMENT ON COLUMN ops.issue.reason IS 'What is odd, in words';
COMMENT ON COLUMN ops.issue.source_value IS 'The source''s own value';
COMMENT ON COLUMN ops.issue.noted_at IS 'When it was first noted';
COMMENT ON COLUMN ops.issue.sync_id IS 'The sync (`ops.sync`) that noted it';

CREATE TABLE ops.limiter (
    connection TEXT NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    paused_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT limiter_pkey PRIMARY KEY (connection)
);
COMMENT ON TABLE ops.limiter IS 'The request rate of each connection, shared by all its tasks on all machines';
COMMENT ON COLUMN ops.limiter.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.limiter.next_at IS 'When the connection''s next request may be sent';
COMMENT ON COLUMN ops.limiter.paused_until IS 'Until when the source asked for silence';

CREATE TABLE ops.mapping_version (
    connection TEXT NOT NULL,
    mapping_version BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    first_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT mapping_version_pkey PRIMARY KEY (connection, mapping_version)
);
COMMENT ON TABLE ops.mapping_version IS 'The mappings each connection was loaded with';
COMMENT ON COLUMN ops.mapping_version.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.mapping_version.mapping_version IS 'Number of the mapping, counted up whenever its fingerprint changes';
COMMENT ON COLUMN ops.mapping_version.fingerprint IS 'Fingerprint of the mapping, overrides and custom fields included';
COMMENT ON COLUMN ops.mapping_version.first_used_at IS 'When a sync first used it';

CREATE TABLE ops.order_raw (
    connection TEXT NOT NULL,
    order_id UUID NOT NULL,
    source_order_id TEXT NOT NULL,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    payload BYTEA NOT NULL,
    sync_id UUID NOT NULL,
    CONSTRAINT order_raw_pkey PRIMARY KEY (connection, order_id)
);
CREATE INDEX order_raw_connection_source_order_id_idx ON ops.order_raw (connection, source_order_id);
COMMENT ON TABLE ops.order_raw IS 'The raw record of each order''s loaded version; remaps read it';
COMMENT ON COLUMN ops.order_raw.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.order_raw.order_id IS 'Deterministic UUID of connection and source order id';
COMMENT ON COLUMN ops.order_raw.source_order_id IS 'The source''s own key of the order';
COMMENT ON COLUMN ops.order_raw.fetched_at IS 'Start of the fetch that read it';
COMMENT ON COLUMN ops.order_raw.payload IS 'Everything the source gave about the order: JSON, compressed';
COMMENT ON COLUMN ops.order_raw.sync_id IS 'The sync (`ops.sync`) that stored it';

CREATE TABLE ops.order_version (
    connection TEXT NOT NULL,
    order_id UUID NOT NULL,
    source_order_id TEXT NOT NULL,
    source_modified_at TIMESTAMP WITH TIME ZONE,
    version_at TIMESTAMP WITH TIME ZONE,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    mapping_version BIGINT NOT NULL,
    content_hash TEXT NOT NULL,
    is_deleted BOOLEAN NOT NULL,
    is_stale BOOLEAN NOT NULL,
    gone_at TIMESTAMP WITH TIME ZONE,
    gone_status TEXT,
    gone_evidence TEXT,
    sync_id UUID NOT NULL,
    CONSTRAINT order_version_pkey PRIMARY KEY (connection, order_id)
);
CREATE INDEX order_version_connection_source_order_id_idx ON ops.order_version (connection, source_order_id);
CREATE INDEX order_version_stale_idx ON ops.order_version (connection) WHERE is_stale;
COMMENT ON TABLE ops.order_version IS 'The version of each order that the warehouse holds; only a later one is loaded';
COMMENT ON COLUMN ops.order_version.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.order_version.order_id IS 'Deterministic UUID of connection and source order id';
COMMENT ON COLUMN ops.order_version.source_order_id IS 'The source''s own key of the order';
COMMENT ON COLUMN ops.order_version.source_modified_at IS 'When the order last changed, as the source told it';
COMMENT ON COLUMN ops.order_version.version_at IS 'Modification time at the source, capped at the fetch; first part of the version';
COMMENT ON COLUMN ops.order_version.fetched_at IS 'Start of the fetch, on the warehouse''s clock; second part of the version';
COMMENT ON COLUMN ops.order_version.mapping_version IS '`ops.mapping_version` it was mapped with; last part of the version';
COMMENT ON COLUMN ops.order_version.content_hash IS 'Hash of the mapped order with all its rows';
COMMENT ON COLUMN ops.order_version.is_deleted IS 'The order is deleted at the source';
COMMENT ON COLUMN ops.order_version.is_stale IS 'A later version waits among the rejects';
COMMENT ON COLUMN ops.order_version.gone_at IS 'Start of the sync that proved the order gone; a later fetch clears it';
COMMENT ON COLUMN ops.order_version.gone_status IS 'Status given to an order that left the list without being deleted';
COMMENT ON COLUMN ops.order_version.gone_evidence IS 'What proves that the order is gone';
COMMENT ON COLUMN ops.order_version.sync_id IS 'The sync (`ops.sync`) that last advanced the version';

CREATE TABLE ops.reject (
    connection TEXT NOT NULL,
    reject_id UUID NOT NULL,
    customer TEXT NOT NULL,
    order_id UUID,
    source_order_id TEXT,
    order_number TEXT,
    version_at TIMESTAMP WITH TIME ZONE,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    mapping_version BIGINT NOT NULL,
    code TEXT NOT NULL,
    table_name TEXT,
    field TEXT,
    reason TEXT NOT NULL,
    findings JSONB,
    payload BYTEA,
    rejected_at TIMESTAMP WITH TIME ZONE NOT NULL,
    resolved_at TIMESTAMP WITH TIME ZONE,
    resolution TEXT,
    sync_id UUID NOT NULL,
    CONSTRAINT reject_pkey PRIMARY KEY (connection, reject_id)
);
CREATE INDEX reject_connection_order_id_idx ON ops.reject (connection, order_id);
CREATE INDEX reject_open_idx ON ops.reject (connection) WHERE resolved_at IS NULL;
COMMENT ON TABLE ops.reject IS 'Orders that could not be loaded, whole, with the reason; they can be replayed';
COMMENT ON COLUMN ops.reject.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.reject.reject_id IS 'Deterministic UUID of the rejected version';
COMMENT ON COLUMN ops.reject.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN ops.reject.order_id IS 'Deterministic UUID of connection and source order id';
COMMENT ON COLUMN ops.reject.source_order_id IS 'The source''s own key of the order';
COMMENT ON COLUMN ops.reject.order_number IS 'The number people know the order by';
COMMENT ON COLUMN ops.reject.version_at IS 'Modification time at the source, capped at the fetch; first part of the version';
COMMENT ON COLUMN ops.reject.fetched_at IS 'Start of the fetch, on the warehouse''s clock; second part of the version';
COMMENT ON COLUMN ops.reject.mapping_version IS '`ops.mapping_version` it was mapped with; last part of the version';
COMMENT ON COLUMN ops.reject.code IS 'What kind of fault it is';
COMMENT ON COLUMN ops.reject.table_name IS 'The canonical table of the fault';
COMMENT ON COLUMN ops.reject.field IS 'The column of the fault';
COMMENT ON COLUMN ops.reject.reason IS 'What is wrong, in words';
COMMENT ON COLUMN ops.reject.findings IS 'All faults of the order';
COMMENT ON COLUMN ops.reject.payload IS 'Everything the source gave about the order: JSON, compressed';
COMMENT ON COLUMN ops.reject.rejected_at IS 'When the version was first rejected';
COMMENT ON COLUMN ops.reject.resolved_at IS 'When the reject was closed; NULL while it waits';
COMMENT ON COLUMN ops.reject.resolution IS 'superseded: a version of the order that is no earlier was loaded or rejected';
COMMENT ON COLUMN ops.reject.sync_id IS 'The sync (`ops.sync`) that rejected it';

CREATE TABLE ops.sync (
    connection TEXT NOT NULL,
    sync_id UUID NOT NULL,
    customer TEXT NOT NULL,
    connector TEXT NOT NULL,
    mode TEXT NOT NULL,
    run_id TEXT NOT NULL,
    triggered_by TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    window_start TIMESTAMP WITH TIME ZONE,
    window_end TIMESTAMP WITH TIME ZONE,
    watermark_before TIMESTAMP WITH TIME ZONE,
    watermark_after TIMESTAMP WITH TIME ZONE,
    scope JSONB,
    mapping_version BIGINT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    calls BIGINT,
    source_count BIGINT,
    orders_extracted BIGINT,
    lines_extracted BIGINT,
    orders_outside_window BIGINT,
    orders_inserted BIGINT,
    orders_updated BIGINT,
    orders_unchanged BIGINT,
    orders_older BIGINT,
    orders_duplicate BIGINT,
    orders_rejected BIGINT,
    orders_deleted BIGINT,
    lines_written BIGINT,
    lines_deleted BIGINT,
    issues BIGINT,
    error_code TEXT,
    error_message TEXT,
    report_path TEXT,
    CONSTRAINT sync_pkey PRIMARY KEY (connection, sync_id)
);
CREATE INDEX sync_connection_started_at_idx ON ops.sync (connection, started_at);
COMMENT ON TABLE ops.sync IS 'The ledger: one row per sync of a connection, written in the same transaction as its data';
COMMENT ON COLUMN ops.sync.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.sync.sync_id IS 'Id of the sync';
COMMENT ON COLUMN ops.sync.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN ops.sync.connector IS 'The kind of source system';
COMMENT ON COLUMN ops.sync.mode IS 'initial, incremental, full_resync, window, reconcile, remap or replay';
COMMENT ON COLUMN ops.sync.run_id IS 'The run that the sync belongs to; in Airflow the id of DAG and run';
COMMENT ON COLUMN ops.sync.triggered_by IS 'scheduled, manual, backfill, command line or a user''s name';
COMMENT ON COLUMN ops.sync.state IS 'running, succeeded, stopped (its checks forbade the load) or failed';
COMMENT ON COLUMN ops.sync.attempts IS 'How often the sync was started';
COMMENT ON COLUMN ops.sync.window_start IS 'Start of the extracted window, inclusive; NULL is the beginning of time';
COMMENT ON COLUMN ops.sync.window_end IS 'End of the extracted window, exclusive';
COMMENT ON COLUMN ops.sync.watermark_before IS 'The watermark as the sync found it';
COMMENT ON COLUMN ops.sync.watermark_after IS 'The watermark as the sync left it; NULL where it does not concern the watermark';
COMMENT ON COLUMN ops.sync.scope IS 'What the connection covered: companies and filters';
COMMENT ON COLUMN ops.sync.mapping_version IS '`ops.mapping_version` the orders were mapped with';
COMMENT ON COLUMN ops.sync.started_at IS 'When the sync was first started';
COMMENT ON COLUMN ops.sync.finished_at IS 'When it succeeded, stopped or failed';
COMMENT ON COLUMN ops.sync.calls IS 'Requests sent to the source';
COMMENT ON COLUMN ops.sync.source_count IS 'How many orders the source says the window has';
COMMENT ON COLUMN ops.sync.orders_extracted IS 'Orders read from the source';
COMMENT ON COLUMN ops.sync.lines_extracted IS 'Lines read from the source';
COMMENT ON COLUMN ops.sync.orders_outside_window IS 'Orders the source returned although they lie outside the window';
COMMENT ON COLUMN ops.sync.orders_inserted IS 'Orders new to the warehouse';
COMMENT ON COLUMN ops.sync.orders_updated IS 'Orders whose content changed';
COMMENT ON COLUMN ops.sync.orders_unchanged IS 'Orders that were read again with the same content';
COMMENT ON COLUMN ops.sync.orders_older IS 'Orders no later than what the warehouse holds';
COMMENT ON COLUMN ops.sync.orders_duplicate IS 'Further copies of an order within the sync, no later than its latest';
COMMENT ON COLUMN ops.sync.orders_rejected IS 'Rejected orders';
COMMENT ON COLUMN ops.sync.orders_deleted IS 'Orders newly marked as deleted';
COMMENT ON COLUMN ops.sync.lines_written IS 'Lines inserted or rewritten';
COMMENT ON COLUMN ops.sync.lines_deleted IS 'Lines newly marked as deleted because their order no longer has them';
COMMENT ON COLUMN ops.sync.issues IS 'Oddities noted in `ops.issue`';
COMMENT ON COLUMN ops.sync.error_code IS 'Code of the error that ended the latest attempt';
COMMENT ON COLUMN ops.sync.error_message IS 'What went wrong and what to do';
COMMENT ON COLUMN ops.sync.report_path IS 'The validation report, below the folder of reports';
