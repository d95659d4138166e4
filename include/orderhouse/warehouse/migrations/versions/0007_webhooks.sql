CREATE TABLE ops.webhook_event (
    connection TEXT NOT NULL,
    event_id UUID NOT NULL,
    kind TEXT NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    data JSONB NOT NULL,
    distributed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT webhook_event_pkey PRIMARY KEY (connection, event_id)
);
CREATE INDEX webhook_event_undistributed_idx ON ops.webhook_event (occurred_at) WHERE distributed_at IS NULL;
COMMENT ON TABLE ops.webhook_event IS 'The outbox: what happened, written in the same transaction, for webhooks to tell';
COMMENT ON COLUMN ops.webhook_event.connection IS 'The connection it concerns; - where it concerns none';
COMMENT ON COLUMN ops.webhook_event.event_id IS 'Id of the event: the `webhook-id` of its deliveries';
COMMENT ON COLUMN ops.webhook_event.kind IS 'What happened, such as sync.completed';
COMMENT ON COLUMN ops.webhook_event.occurred_at IS 'When it happened';
COMMENT ON COLUMN ops.webhook_event.data IS 'What the deliveries tell';
COMMENT ON COLUMN ops.webhook_event.distributed_at IS 'When a delivery was made out for each subscription to it';
CREATE TABLE ops.webhook_delivery (
    connection TEXT NOT NULL,
    event_id UUID NOT NULL,
    subscription TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT webhook_delivery_pkey PRIMARY KEY (connection, event_id, subscription),
    CONSTRAINT webhook_delivery_webhook_event_fkey FOREIGN KEY(connection, event_id) REFERENCES ops.webhook_event (connection, event_id) ON DELETE CASCADE
);
CREATE INDEX webhook_delivery_due_idx ON ops.webhook_delivery (due_at) WHERE state = 'waiting';
COMMENT ON TABLE ops.webhook_delivery IS 'Deliveries of events to the subscriptions of webhooks';
COMMENT ON COLUMN ops.webhook_delivery.connection IS 'The connection that the event concerns';
COMMENT ON COLUMN ops.webhook_delivery.event_id IS 'The event (`ops.webhook_event`)';
COMMENT ON COLUMN ops.webhook_delivery.subscription IS 'Name of the subscription in connections.yaml';
COMMENT ON COLUMN ops.webhook_delivery.state IS 'waiting, delivered or given_up';
COMMENT ON COLUMN ops.webhook_delivery.attempts IS 'How many attempts were begun';
COMMENT ON COLUMN ops.webhook_delivery.due_at IS 'When the next attempt may begin';
COMMENT ON COLUMN ops.webhook_delivery.created_at IS 'When the delivery was made out';
COMMENT ON COLUMN ops.webhook_delivery.ended_at IS 'When it was delivered or given up';
CREATE TABLE ops.webhook_attempt (
    connection TEXT NOT NULL,
    event_id UUID NOT NULL,
    subscription TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    milliseconds BIGINT NOT NULL,
    status BIGINT,
    error TEXT,
    CONSTRAINT webhook_attempt_pkey PRIMARY KEY (connection, event_id, subscription, attempt),
    CONSTRAINT webhook_attempt_webhook_delivery_fkey FOREIGN KEY(connection, event_id, subscription) REFERENCES ops.webhook_delivery (connection, event_id, subscription) ON DELETE CASCADE
);
COMMENT ON TABLE ops.webhook_attempt IS 'The log of webhooks: every attempt at a delivery, and how it ended';
COMMENT ON COLUMN ops.webhook_attempt.connection IS 'The connection that the event concerns';
COMMENT ON COLUMN ops.webhook_attempt.event_id IS 'The event (`ops.webhook_event`)';
COMMENT ON COLUMN ops.webhook_attempt.subscription IS 'Name of the subscription in connections.yaml';
COMMENT ON COLUMN ops.webhook_attempt.attempt IS 'Number of the attempt, from 1';
COMMENT ON COLUMN ops.webhook_attempt.ended_at IS 'When the attempt ended';
COMMENT ON COLUMN ops.webhook_attempt.milliseconds IS 'How long it took';
COMMENT ON COLUMN ops.webhook_attempt.status IS 'HTTP status of the answer; NULL where there was none';
COMMENT ON COLUMN ops.webhook_attempt.error IS 'What went wrong; NULL where it was delivered';
