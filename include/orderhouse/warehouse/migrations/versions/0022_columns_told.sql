COMMENT ON COLUMN procurement.purchase_order.discount_percent IS 'Early-payment discount in percent';
COMMENT ON COLUMN procurement.purchase_order_line.line_status IS 'Where the line stands in its life; not open before its order is in force (draft, pending_approval, open, partially_received, received, partially_invoiced, invoiced, closed, cancelled, deleted, unknown)';
COMMENT ON COLUMN procurement.purchase_order_line.discount_percent IS 'Discount of the line in percent';
COMMENT ON COLUMN procurement.purchase_order_line.tax_rate IS 'Tax rate in percent';
COMMENT ON COLUMN procurement.purchase_order_line.over_delivery_percent IS 'Over-delivery tolerated, in percent';
COMMENT ON COLUMN procurement.purchase_order_line.under_delivery_percent IS 'Under-delivery tolerated, in percent';
COMMENT ON COLUMN procurement.purchase_order_distribution.percent IS 'Share of the line in percent';
COMMENT ON COLUMN procurement.purchase_order_distribution.quantity IS 'Its part of the quantity of the line';
COMMENT ON COLUMN procurement.purchase_order_distribution.amount IS 'Its part of the net amount of the line';
