DROP INDEX procurement.purchase_order_order_date_idx;
CREATE INDEX purchase_order_order_date_idx ON procurement.purchase_order (order_date) WHERE order_date IS NOT NULL;
DROP INDEX procurement.purchase_order_status_idx;
CREATE INDEX purchase_order_status_idx ON procurement.purchase_order (status) WHERE status IS NOT NULL;
DROP INDEX procurement.purchase_order_source_modified_at_idx;
CREATE INDEX purchase_order_source_modified_at_idx ON procurement.purchase_order (source_modified_at) WHERE source_modified_at IS NOT NULL;
DROP INDEX procurement.purchase_order_line_requested_delivery_date_idx;
CREATE INDEX purchase_order_line_requested_delivery_date_idx ON procurement.purchase_order_line (requested_delivery_date) WHERE requested_delivery_date IS NOT NULL;
