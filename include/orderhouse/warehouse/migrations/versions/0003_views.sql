CREATE VIEW procurement.open_order_lines AS
WITH line AS (
    SELECT
        line.connection, line.customer, line.order_id, line.line_id, purchase_order.order_number, line.line_number,
        purchase_order.company_code, purchase_order.vendor_code, purchase_order.vendor_name, purchase_order.order_date,
        line.line_type, line.line_status, line.item_code, line.item_name, line.description, line.unit, line.unit_source,
        line.quantity_ordered, line.quantity_received, line.quantity_invoiced, line.quantity_cancelled,
        CASE
            WHEN line.line_type = 'charge' OR line.is_closed OR line.is_cancelled
                OR line.line_status IN ('received', 'invoiced', 'closed', 'cancelled', 'deleted') THEN 0
            ELSE greatest(coalesce(
                line.quantity_open,
                line.quantity_ordered - coalesce(line.quantity_cancelled, 0) - coalesce(line.quantity_received, 0)
            ), 0)
        END AS quantity_to_receive,
        CASE
            WHEN line.line_status IN ('invoiced', 'cancelled', 'deleted') OR line.is_cancelled THEN 0
            WHEN line.is_closed OR line.line_status = 'closed'
                THEN greatest(coalesce(line.quantity_received, 0) - coalesce(line.quantity_invoiced, 0), 0)
            ELSE greatest(greatest(
                line.quantity_ordered - coalesce(line.quantity_cancelled, 0), coalesce(line.quantity_received, 0)
            ) - coalesce(line.quantity_invoiced, 0), 0)
        END AS quantity_to_invoice,
        purchase_order.currency, purchase_order.company_currency, line.net_amount, line.net_amount_company,
        coalesce(
            line.confirmed_delivery_date, line.promised_delivery_date, line.requested_delivery_date,
            purchase_order.promised_delivery_date, purchase_order.requested_delivery_date
        ) AS due_date,
        line.is_stale
    FROM procurement.purchase_order_line AS line
    JOIN procurement.purchase_order USING (connection, order_id)
    WHERE NOT line.is_deleted AND NOT purchase_order.is_deleted
        AND line.line_type IS DISTINCT FROM 'text'
        AND (purchase_order.status IS NULL
            OR purchase_order.status NOT IN ('draft', 'pending_approval', 'closed', 'cancelled', 'deleted'))
)
SELECT
    line.*,
    round(net_amount * quantity_to_receive / nullif(quantity_ordered, 0), 6) AS net_amount_to_receive,
    round(net_amount * quantity_to_invoice / nullif(quantity_ordered, 0), 6) AS net_amount_to_invoice,
    round(net_amount_company * quantity_to_receive / nullif(quantity_ordered, 0), 6) AS net_amount_to_receive_company,
    round(net_amount_company * quantity_to_invoice / nullif(quantity_ordered, 0), 6) AS net_amount_to_invoice_company
FROM line
WHERE quantity_to_receive > 0 OR quantity_to_invoice > 0;
COMMENT ON VIEW procurement.open_order_lines IS 'Lines of released orders with something still to receive or to invoice; never negative: over-receipts leave nothing to receive, short-closed lines only what came and is not yet invoiced';
COMMENT ON COLUMN procurement.open_order_lines.connection IS 'The connection (one system of one customer)';
COMMENT ON COLUMN procurement.open_order_lines.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN procurement.open_order_lines.order_id IS 'The order';
COMMENT ON COLUMN procurement.open_order_lines.line_id IS 'The line';
COMMENT ON COLUMN procurement.open_order_lines.order_number IS 'The number people know the order by';
COMMENT ON COLUMN procurement.open_order_lines.line_number IS 'The number people know the line by';
COMMENT ON COLUMN procurement.open_order_lines.company_code IS 'Legal entity that buys';
COMMENT ON COLUMN procurement.open_order_lines.vendor_code IS 'Vendor, as the source codes them';
COMMENT ON COLUMN procurement.open_order_lines.vendor_name IS 'Name of the vendor';
COMMENT ON COLUMN procurement.open_order_lines.order_date IS 'Date of the order document';
COMMENT ON COLUMN procurement.open_order_lines.line_type IS 'What is bought';
COMMENT ON COLUMN procurement.open_order_lines.line_status IS 'Where the line stands in its life';
COMMENT ON COLUMN procurement.open_order_lines.item_code IS 'Item, as the buyer codes it';
COMMENT ON COLUMN procurement.open_order_lines.item_name IS 'Name of the item';
COMMENT ON COLUMN procurement.open_order_lines.description IS 'Text of the line';
COMMENT ON COLUMN procurement.open_order_lines.unit IS 'Unit of all quantities (UN/ECE Recommendation 20)';
COMMENT ON COLUMN procurement.open_order_lines.unit_source IS 'The source''s own unit';
COMMENT ON COLUMN procurement.open_order_lines.quantity_ordered IS 'Quantity ordered';
COMMENT ON COLUMN procurement.open_order_lines.quantity_received IS 'Quantity received so far';
COMMENT ON COLUMN procurement.open_order_lines.quantity_invoiced IS 'Quantity invoiced so far';
COMMENT ON COLUMN procurement.open_order_lines.quantity_cancelled IS 'Quantity cancelled';
COMMENT ON COLUMN procurement.open_order_lines.quantity_to_receive IS 'Quantity still expected: what the source says is open, else ordered less cancelled less received; 0 for charges and for lines that are received, closed or cancelled';
COMMENT ON COLUMN procurement.open_order_lines.quantity_to_invoice IS 'Quantity not yet invoiced: of what was ordered and not cancelled, or of what was received where that is more or the line is closed';
COMMENT ON COLUMN procurement.open_order_lines.currency IS 'Document currency of the amounts without _company';
COMMENT ON COLUMN procurement.open_order_lines.company_currency IS 'Currency of the amounts with _company';
COMMENT ON COLUMN procurement.open_order_lines.net_amount IS 'Line amount after discount, without tax';
COMMENT ON COLUMN procurement.open_order_lines.net_amount_company IS 'Line amount after discount, without tax, in company currency';
COMMENT ON COLUMN procurement.open_order_lines.due_date IS 'When delivery is due: the line''s confirmed, promised or requested date, else the order''s';
COMMENT ON COLUMN procurement.open_order_lines.is_stale IS 'A newer version of the order waits among the rejects';
COMMENT ON COLUMN procurement.open_order_lines.net_amount_to_receive IS 'Share of the net amount that is still to be received; NULL without an ordered quantity';
COMMENT ON COLUMN procurement.open_order_lines.net_amount_to_invoice IS 'Share of the net amount that is still to be invoiced; NULL without an ordered quantity';
COMMENT ON COLUMN procurement.open_order_lines.net_amount_to_receive_company IS 'net_amount_to_receive in company currency';
COMMENT ON COLUMN procurement.open_order_lines.net_amount_to_invoice_company IS 'net_amount_to_invoice in company currency';

CREATE VIEW procurement.open_orders AS
SELECT
    purchase_order.connection, purchase_order.customer, purchase_order.order_id, purchase_order.order_number,
    purchase_order.company_code, purchase_order.vendor_code, purchase_order.vendor_name, purchase_order.buyer_name,
    purchase_order.order_date, purchase_order.status, open.lines_to_receive, open.lines_to_invoice, open.next_due_date,
    purchase_order.currency, purchase_order.total_amount, open.net_amount_to_receive, open.net_amount_to_invoice,
    purchase_order.company_currency, purchase_order.total_amount_company, open.net_amount_to_receive_company,
    open.net_amount_to_invoice_company, purchase_order.is_stale
FROM procurement.purchase_order
JOIN (
    SELECT
        connection, order_id,
        count(*) FILTER (WHERE quantity_to_receive > 0) AS lines_to_receive,
        count(*) FILTER (WHERE quantity_to_invoice > 0) AS lines_to_invoice,
        min(due_date) FILTER (WHERE quantity_to_receive > 0) AS next_due_date,
        sum(net_amount_to_receive) AS net_amount_to_receive,
        sum(net_amount_to_invoice) AS net_amount_to_invoice,
        sum(net_amount_to_receive_company) AS net_amount_to_receive_company,
        sum(net_amount_to_invoice_company) AS net_amount_to_invoice_company
    FROM procurement.open_order_lines
    GROUP BY connection, order_id
) AS open USING (connection, order_id);
COMMENT ON VIEW procurement.open_orders IS 'Released orders that have at least one open line (open_order_lines)';
COMMENT ON COLUMN procurement.open_orders.connection IS 'The connection (one system of one customer)';
COMMENT ON COLUMN procurement.open_orders.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN procurement.open_orders.order_id IS 'The order';
COMMENT ON COLUMN procurement.open_orders.order_number IS 'The number people know the order by';
COMMENT ON COLUMN procurement.open_orders.company_code IS 'Legal entity that buys';
COMMENT ON COLUMN procurement.open_orders.vendor_code IS 'Vendor, as the source codes them';
COMMENT ON COLUMN procurement.open_orders.vendor_name IS 'Name of the vendor';
COMMENT ON COLUMN procurement.open_orders.buyer_name IS 'Name of the buyer';
COMMENT ON COLUMN procurement.open_orders.order_date IS 'Date of the order document';
COMMENT ON COLUMN procurement.open_orders.status IS 'Where the order stands in its life';
COMMENT ON COLUMN procurement.open_orders.lines_to_receive IS 'Lines with something still to receive';
COMMENT ON COLUMN procurement.open_orders.lines_to_invoice IS 'Lines with something still to invoice';
COMMENT ON COLUMN procurement.open_orders.next_due_date IS 'Earliest date at which an open line is due';
COMMENT ON COLUMN procurement.open_orders.currency IS 'Document currency of the amounts without _company';
COMMENT ON COLUMN procurement.open_orders.total_amount IS 'Total of the whole order, tax and charges included';
COMMENT ON COLUMN procurement.open_orders.net_amount_to_receive IS 'Net amount of what is still to be received';
COMMENT ON COLUMN procurement.open_orders.net_amount_to_invoice IS 'Net amount of what is still to be invoiced';
COMMENT ON COLUMN procurement.open_orders.company_currency IS 'Currency of the amounts with _company';
COMMENT ON COLUMN procurement.open_orders.total_amount_company IS 'total_amount in company currency';
COMMENT ON COLUMN procurement.open_orders.net_amount_to_receive_company IS 'net_amount_to_receive in company currency';
COMMENT ON COLUMN procurement.open_orders.net_amount_to_invoice_company IS 'net_amount_to_invoice in company currency';
COMMENT ON COLUMN procurement.open_orders.is_stale IS 'A newer version of the order waits among the rejects';

CREATE VIEW procurement.late_lines AS
SELECT
    connection, customer, order_id, line_id, order_number, line_number, company_code, vendor_code, vendor_name, item_code,
    item_name, description, quantity_ordered, quantity_received, quantity_to_receive, unit, unit_source, due_date,
    current_date - due_date AS days_late, net_amount_to_receive, currency, net_amount_to_receive_company, company_currency
FROM procurement.open_order_lines
WHERE quantity_to_receive > 0 AND due_date < current_date;
COMMENT ON VIEW procurement.late_lines IS 'Open lines whose delivery was due before today';
COMMENT ON COLUMN procurement.late_lines.connection IS 'The connection (one system of one customer)';
COMMENT ON COLUMN procurement.late_lines.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN procurement.late_lines.order_id IS 'The order';
COMMENT ON COLUMN procurement.late_lines.line_id IS 'The line';
COMMENT ON COLUMN procurement.late_lines.order_number IS 'The number people know the order by';
COMMENT ON COLUMN procurement.late_lines.line_number IS 'The number people know the line by';
COMMENT ON COLUMN procurement.late_lines.company_code IS 'Legal entity that buys';
COMMENT ON COLUMN procurement.late_lines.vendor_code IS 'Vendor, as the source codes them';
COMMENT ON COLUMN procurement.late_lines.vendor_name IS 'Name of the vendor';
COMMENT ON COLUMN procurement.late_lines.item_code IS 'Item, as the buyer codes it';
COMMENT ON COLUMN procurement.late_lines.item_name IS 'Name of the item';
COMMENT ON COLUMN procurement.late_lines.description IS 'Text of the line';
COMMENT ON COLUMN procurement.late_lines.quantity_ordered IS 'Quantity ordered';
COMMENT ON COLUMN procurement.late_lines.quantity_received IS 'Quantity received so far';
COMMENT ON COLUMN procurement.late_lines.quantity_to_receive IS 'Quantity still expected';
COMMENT ON COLUMN procurement.late_lines.unit IS 'Unit of all quantities (UN/ECE Recommendation 20)';
COMMENT ON COLUMN procurement.late_lines.unit_source IS 'The source''s own unit';
COMMENT ON COLUMN procurement.late_lines.due_date IS 'When delivery was due';
COMMENT ON COLUMN procurement.late_lines.days_late IS 'Days since then, by the calendar of the session''s time zone';
COMMENT ON COLUMN procurement.late_lines.net_amount_to_receive IS 'Net amount of what is still to be received';
COMMENT ON COLUMN procurement.late_lines.currency IS 'Document currency of the amount';
COMMENT ON COLUMN procurement.late_lines.net_amount_to_receive_company IS 'The same in company currency';
COMMENT ON COLUMN procurement.late_lines.company_currency IS 'Company currency';

CREATE VIEW procurement.spend_by_vendor_month AS
SELECT
    connection, customer, company_code, vendor_code, max(vendor_name) AS vendor_name,
    date_trunc('month', order_date::timestamp)::date AS month, currency, currency_source, company_currency,
    count(*) AS orders, sum(subtotal_amount) AS subtotal_amount, sum(charges_amount) AS charges_amount,
    sum(tax_amount) AS tax_amount, sum(total_amount) AS total_amount,
    sum(subtotal_amount_company) AS subtotal_amount_company, sum(total_amount_company) AS total_amount_company,
    count(*) FILTER (WHERE total_amount_company IS NULL) AS orders_without_company_amount
FROM procurement.purchase_order
WHERE NOT is_deleted
    AND (status IS NULL OR status NOT IN ('draft', 'pending_approval', 'cancelled', 'deleted'))
    AND order_type IS DISTINCT FROM 'blanket'
GROUP BY connection, customer, company_code, vendor_code, month, currency, currency_source, company_currency;
COMMENT ON VIEW procurement.spend_by_vendor_month IS 'Ordered amounts by vendor, month of the order date and currency; without drafts, cancelled and deleted orders and without blanket orders, whose releases are counted. Amounts are signed as the source signs them';
COMMENT ON COLUMN procurement.spend_by_vendor_month.connection IS 'The connection (one system of one customer)';
COMMENT ON COLUMN procurement.spend_by_vendor_month.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN procurement.spend_by_vendor_month.company_code IS 'Legal entity that buys';
COMMENT ON COLUMN procurement.spend_by_vendor_month.vendor_code IS 'Vendor, as the source codes them';
COMMENT ON COLUMN procurement.spend_by_vendor_month.vendor_name IS 'Name of the vendor; the last by alphabet where it differs';
COMMENT ON COLUMN procurement.spend_by_vendor_month.month IS 'First day of the month of the order date';
COMMENT ON COLUMN procurement.spend_by_vendor_month.currency IS 'Document currency of the amounts without _company';
COMMENT ON COLUMN procurement.spend_by_vendor_month.currency_source IS 'The source''s own currency code';
COMMENT ON COLUMN procurement.spend_by_vendor_month.company_currency IS 'Currency of the amounts with _company';
COMMENT ON COLUMN procurement.spend_by_vendor_month.orders IS 'Number of orders';
COMMENT ON COLUMN procurement.spend_by_vendor_month.subtotal_amount IS 'Sum of the lines'' net amounts without charge lines';
COMMENT ON COLUMN procurement.spend_by_vendor_month.charges_amount IS 'Freight and other charges';
COMMENT ON COLUMN procurement.spend_by_vendor_month.tax_amount IS 'Tax';
COMMENT ON COLUMN procurement.spend_by_vendor_month.total_amount IS 'Tax and charges included';
COMMENT ON COLUMN procurement.spend_by_vendor_month.subtotal_amount_company IS 'subtotal_amount in company currency, of the orders that have one';
COMMENT ON COLUMN procurement.spend_by_vendor_month.total_amount_company IS 'total_amount in company currency, of the orders that have one';
COMMENT ON COLUMN procurement.spend_by_vendor_month.orders_without_company_amount IS 'Orders that the total in company currency leaves out';

CREATE VIEW procurement.data_freshness AS
SELECT
    connection, coalesce(status.customer, ledger.customer) AS customer,
    coalesce(status.connector, ledger.connector) AS connector, status.state, status.since AS state_since,
    ledger.history_since, ledger.fresh_as_of, ledger.last_success_at, ledger.last_sync_state,
    coalesce(held.orders, 0) AS orders, coalesce(held.stale_orders, 0) AS stale_orders,
    coalesce(waiting.open_rejects, 0) AS open_rejects, status.error_code, status.error_message
FROM (
    SELECT
        connection,
        (array_agg(customer ORDER BY started_at DESC))[1] AS customer,
        (array_agg(connector ORDER BY started_at DESC))[1] AS connector,
        min(window_start) FILTER (WHERE state = 'succeeded') AS history_since,
        max(watermark_after) FILTER (WHERE state = 'succeeded') AS fresh_as_of,
        max(finished_at) FILTER (WHERE state = 'succeeded') AS last_success_at,
        (array_agg(state ORDER BY started_at DESC))[1] AS last_sync_state
    FROM ops.sync GROUP BY connection
) AS ledger
FULL JOIN ops.connection_status AS status USING (connection)
LEFT JOIN (
    SELECT connection, count(*) AS orders, count(*) FILTER (WHERE is_stale AND NOT is_deleted) AS stale_orders
    FROM ops.order_version GROUP BY connection
) AS held USING (connection)
LEFT JOIN (
    SELECT connection, count(*) AS open_rejects FROM ops.reject WHERE resolved_at IS NULL GROUP BY connection
) AS waiting USING (connection);
COMMENT ON VIEW procurement.data_freshness IS 'How far back and how fresh each connection''s orders are, and what keeps them from being complete';
COMMENT ON COLUMN procurement.data_freshness.connection IS 'The connection (one system of one customer)';
COMMENT ON COLUMN procurement.data_freshness.customer IS 'The customer the connection belongs to';
COMMENT ON COLUMN procurement.data_freshness.connector IS 'The kind of source system';
COMMENT ON COLUMN procurement.data_freshness.state IS 'online, offline, needs_reauthorisation or paused';
COMMENT ON COLUMN procurement.data_freshness.state_since IS 'Since when it is in this state';
COMMENT ON COLUMN procurement.data_freshness.history_since IS 'Earliest start of a window that was loaded: older orders are held only where they were open';
COMMENT ON COLUMN procurement.data_freshness.fresh_as_of IS 'The latest watermark: changes before it are in the warehouse';
COMMENT ON COLUMN procurement.data_freshness.last_success_at IS 'When a sync last succeeded';
COMMENT ON COLUMN procurement.data_freshness.last_sync_state IS 'State of the latest sync: running, succeeded, stopped or failed';
COMMENT ON COLUMN procurement.data_freshness.orders IS 'Orders held, deleted ones included';
COMMENT ON COLUMN procurement.data_freshness.stale_orders IS 'Orders of which a newer version waits among the rejects';
COMMENT ON COLUMN procurement.data_freshness.open_rejects IS 'Rejects that wait for a correction';
COMMENT ON COLUMN procurement.data_freshness.error_code IS 'Code of the error behind the state';
COMMENT ON COLUMN procurement.data_freshness.error_message IS 'What went wrong and what to do';
