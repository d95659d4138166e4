ALTER TABLE ops.sync
    ADD COLUMN lines_unchanged BIGINT,
    ADD COLUMN lines_older BIGINT,
    ADD COLUMN lines_rejected BIGINT;
COMMENT ON COLUMN ops.sync.orders_extracted IS 'Orders read, each once: inserted, updated, unchanged, older or rejected';
COMMENT ON COLUMN ops.sync.lines_extracted IS 'Lines of these orders: written, unchanged, older or rejected';
COMMENT ON COLUMN ops.sync.orders_duplicate IS 'Further copies of orders that were read; only the latest of each counts';
COMMENT ON COLUMN ops.sync.lines_unchanged IS 'Lines that were read again with the same content';
COMMENT ON COLUMN ops.sync.lines_older IS 'Lines of orders no later than what the warehouse holds';
COMMENT ON COLUMN ops.sync.lines_rejected IS 'Lines of rejected orders, as far as they could be told';

ALTER TABLE ops.reject ADD COLUMN line_count BIGINT;
COMMENT ON COLUMN ops.reject.line_count IS 'How many lines of the order could be told';

CREATE TABLE ops.source_field (
    connection TEXT NOT NULL,
    path TEXT NOT NULL,
    json_types TEXT[] NOT NULL,
    records BIGINT NOT NULL,
    present BIGINT NOT NULL,
    sample TEXT,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    vanished_at TIMESTAMP WITH TIME ZONE,
    sync_id UUID NOT NULL,
    CONSTRAINT source_field_pkey PRIMARY KEY (connection, path)
);
COMMENT ON TABLE ops.source_field IS 'Every field that raw orders of a connection have had, whether the mapping reads it or not';
COMMENT ON COLUMN ops.source_field.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.source_field.path IS 'Dotted path in the raw order; the elements of a list share the path of the list';
COMMENT ON COLUMN ops.source_field.json_types IS 'JSON types it has had, those of null and of empty values left out';
COMMENT ON COLUMN ops.source_field.records IS 'How many objects were read that could have had it';
COMMENT ON COLUMN ops.source_field.present IS 'How many of them had it, be it null';
COMMENT ON COLUMN ops.source_field.sample IS 'A value it has had, shortened; none of a field named like a secret';
COMMENT ON COLUMN ops.source_field.first_seen_at IS 'When a sync first read it';
COMMENT ON COLUMN ops.source_field.last_seen_at IS 'When a sync last read it';
COMMENT ON COLUMN ops.source_field.vanished_at IS 'Since when syncs no longer read it although they should; NULL while they do';
COMMENT ON COLUMN ops.source_field.sync_id IS 'The sync (`ops.sync`) that last told of it';

CREATE TABLE ops.drift (
    connection TEXT NOT NULL,
    sync_id UUID NOT NULL,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    is_mapped BOOLEAN NOT NULL,
    before TEXT,
    after TEXT,
    noted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT drift_pkey PRIMARY KEY (connection, sync_id, path, kind)
);
COMMENT ON TABLE ops.drift IS 'Changes of the shape of a source''s orders, each noted once, by the sync that first met it';
COMMENT ON COLUMN ops.drift.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.drift.sync_id IS 'The sync (`ops.sync`) that met it';
COMMENT ON COLUMN ops.drift.path IS 'Dotted path in the raw order (`ops.source_field`)';
COMMENT ON COLUMN ops.drift.kind IS 'vanished, appeared or retyped';
COMMENT ON COLUMN ops.drift.is_mapped IS 'Whether the mapping reads the field or something in it';
COMMENT ON COLUMN ops.drift.before IS 'JSON types before; NULL where there was none';
COMMENT ON COLUMN ops.drift.after IS 'JSON types since; NULL where there is none';
COMMENT ON COLUMN ops.drift.noted_at IS 'When it was noted';
