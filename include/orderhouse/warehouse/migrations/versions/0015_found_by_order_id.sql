DROP INDEX ops.order_version_source_order_id_idx;
DROP INDEX ops.order_raw_source_order_id_idx;
COMMENT ON COLUMN ops.reject.reject_id IS 'Deterministic UUID of the rejected order';
COMMENT ON COLUMN ops.reject.rejected_at IS 'When the version was rejected';
