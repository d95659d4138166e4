CREATE OR REPLACE VIEW procurement.open_orders WITH (security_invoker = true) AS
SELECT
    purchase_order.connection, purchase_order.customer, purchase_order.order_id, purchase_order.order_number,
    purchase_order.company_code, purchase_order.vendor_code, purchase_order.vendor_name, purchase_order.buyer_name,
    purchase_order.order_date, purchase_order.status,
    count(*) FILTER (WHERE quantity_to_receive IS DISTINCT FROM 0) AS lines_to_receive,
    count(*) FILTER (WHERE quantity_to_invoice IS DISTINCT FROM 0) AS lines_to_invoice,
    min(due_date) FILTER (WHERE quantity_to_receive IS DISTINCT FROM 0) AS next_due_date,
    purchase_order.currency, purchase_order.total_amount,
    sum(net_amount_to_receive) AS net_amount_to_receive, sum(net_amount_to_invoice) AS net_amount_to_invoice,
    purchase_order.company_currency, purchase_order.total_amount_company,
    sum(net_amount_to_receive_company) AS net_amount_to_receive_company,
    sum(net_amount_to_invoice_company) AS net_amount_to_invoice_company, purchase_order.is_stale,
    count(*) FILTER (WHERE net_amount_to_receive + net_amount_to_invoice IS NULL) AS lines_without_net_amount,
    count(*) FILTER (
        WHERE net_amount_to_receive_company + net_amount_to_invoice_company IS NULL
    ) AS lines_without_net_amount_company
FROM procurement.purchase_order
JOIN procurement.open_order_lines AS line USING (connection, order_id)
GROUP BY
    purchase_order.connection, purchase_order.customer, purchase_order.order_id, purchase_order.order_number,
    purchase_order.company_code, purchase_order.vendor_code, purchase_order.vendor_name, purchase_order.buyer_name,
    purchase_order.order_date, purchase_order.status, purchase_order.currency, purchase_order.total_amount,
    purchase_order.company_currency, purchase_order.total_amount_company, purchase_order.is_stale;

COMMENT ON COLUMN procurement.open_orders.lines_without_net_amount IS 'Open lines whose open amount is not known; net_amount_to_receive and net_amount_to_invoice leave them out';
COMMENT ON COLUMN procurement.open_orders.lines_without_net_amount_company IS 'Open lines whose open amount is not known in company currency; net_amount_to_receive_company and net_amount_to_invoice_company leave them out';
