COMMENT ON COLUMN procurement.purchase_order.receipt_status IS 'How much has been received; of an order whose rest is not to come, partial or full as its source counts (none, partial, full)';
COMMENT ON COLUMN procurement.purchase_order.invoice_status IS 'How much has been invoiced; of an order whose rest is not to come, partial or full as its source counts (none, partial, full)';
