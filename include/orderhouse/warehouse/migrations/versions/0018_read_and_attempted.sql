ALTER TABLE ops.notification ADD COLUMN tries BIGINT NOT NULL DEFAULT 0, ADD COLUMN read_at TIMESTAMP WITH TIME ZONE;
UPDATE ops.notification SET tries = 1, read_at = taken_at WHERE taken_at IS NOT NULL;
CREATE INDEX notification_unread_idx ON ops.notification (taken_at) WHERE taken_at IS NOT NULL AND read_at IS NULL;
COMMENT ON COLUMN ops.notification.tries IS 'How many runs have taken it on';
COMMENT ON COLUMN ops.notification.read_at IS 'When a sync loaded what it tells of; NULL where none has yet';

ALTER TABLE ops.sync ADD COLUMN attempted_at TIMESTAMP WITH TIME ZONE;
COMMENT ON COLUMN ops.sync.attempted_at IS 'When its latest attempt began';
