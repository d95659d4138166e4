CREATE TABLE ops.notification (
    connection TEXT NOT NULL,
    notification_id UUID NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    message_digest TEXT,
    digest TEXT NOT NULL,
    order_ids TEXT[] NOT NULL,
    deleted_ids TEXT[] NOT NULL,
    problem TEXT,
    taken_at TIMESTAMP WITH TIME ZONE,
    taken_by TEXT,
    CONSTRAINT notification_pkey PRIMARY KEY (connection, notification_id),
    CONSTRAINT notification_connection_message_digest_key UNIQUE (connection, message_digest)
);
CREATE INDEX notification_taken_by_idx ON ops.notification (taken_by);
CREATE UNIQUE INDEX notification_waiting_idx ON ops.notification (connection, digest) WHERE taken_at IS NULL;
COMMENT ON TABLE ops.notification IS 'The inbox: what sources have told of their own accord, kept before it is answered';
COMMENT ON COLUMN ops.notification.connection IS 'The connection: one system of one customer';
COMMENT ON COLUMN ops.notification.notification_id IS 'Id of the notification here';
COMMENT ON COLUMN ops.notification.received_at IS 'When it came';
COMMENT ON COLUMN ops.notification.message_digest IS 'SHA-256 of its sender''s id of it; NULL where the sender gives none';
COMMENT ON COLUMN ops.notification.digest IS 'SHA-256 of its content';
COMMENT ON COLUMN ops.notification.order_ids IS 'Source ids of the orders it names';
COMMENT ON COLUMN ops.notification.deleted_ids IS 'Those among them that it says are deleted';
COMMENT ON COLUMN ops.notification.problem IS 'Why it was not understood, so that all changes are read; NULL where it was';
COMMENT ON COLUMN ops.notification.taken_at IS 'When a run took it on; NULL while it waits';
COMMENT ON COLUMN ops.notification.taken_by IS 'The run that took it on; in Airflow the id of DAG and run';
COMMENT ON COLUMN ops.sync.mode IS 'initial, incremental, full_resync, window, reconcile, orders, remap or replay';
