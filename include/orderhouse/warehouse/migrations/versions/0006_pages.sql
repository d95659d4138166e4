CREATE TABLE ops.connection_total (
    connection TEXT NOT NULL,
    orders BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    history_since TIMESTAMP WITH TIME ZONE,
    counted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT connection_total_pkey PRIMARY KEY (connection)
);
COMMENT ON TABLE ops.connection_total IS 'How much each connection holds; kept by every load in its own transaction, so that nobody has to count';
COMMENT ON COLUMN ops.connection_total.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.connection_total.orders IS 'Orders held, deleted ones included';
COMMENT ON COLUMN ops.connection_total.lines IS 'Lines held, deleted ones included';
COMMENT ON COLUMN ops.connection_total.history_since IS 'Earliest start of a window that was loaded';
COMMENT ON COLUMN ops.connection_total.counted_at IS 'When a load last changed it';
INSERT INTO ops.connection_total (connection, orders, lines, history_since, counted_at)
SELECT connection, orders, coalesce(lines, 0), history_since, now()
FROM (SELECT connection, count(*) AS orders FROM ops.order_version GROUP BY connection) AS held
LEFT JOIN (SELECT connection, count(*) AS lines FROM procurement.purchase_order_line GROUP BY connection) AS parts
    USING (connection)
LEFT JOIN (
    SELECT connection, min(window_start) AS history_since FROM ops.sync WHERE state = 'succeeded' GROUP BY connection
) AS ledger USING (connection);

ALTER TABLE ops.reject ADD COLUMN resolved_by TEXT, ADD COLUMN resolution_note TEXT;
COMMENT ON COLUMN ops.reject.resolution IS 'superseded: a version of the order that is no earlier was loaded or rejected; dismissed: a person gave it up';
COMMENT ON COLUMN ops.reject.resolved_by IS 'Who dismissed it';
COMMENT ON COLUMN ops.reject.resolution_note IS 'Why it was dismissed';
CREATE INDEX reject_rejected_at_idx ON ops.reject (rejected_at, reject_id);
CREATE INDEX sync_started_at_idx ON ops.sync (started_at, sync_id);

CREATE TABLE ops.api_limit (
    connection TEXT NOT NULL,
    client TEXT NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT api_limit_pkey PRIMARY KEY (connection, client)
);
COMMENT ON TABLE ops.api_limit IS 'How fast each client of the API may ask, shared by all workers of all API servers';
COMMENT ON COLUMN ops.api_limit.connection IS 'The connection asked for; empty where a request concerns none in particular';
COMMENT ON COLUMN ops.api_limit.client IS 'The user, as Airflow names them';
COMMENT ON COLUMN ops.api_limit.next_at IS 'When the client would be at rest; the further ahead, the less it may ask now';
