DROP INDEX ops.order_version_source_order_id_idx;
DROP INDEX ops.order_raw_source_order_id_idx;
