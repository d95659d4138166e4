CREATE OR REPLACE VIEW procurement.open_order_lines WITH (security_invoker = true) AS
WITH line AS (
    SELECT
        line.connection, line.customer, line.order_id, line.line_id, purchase_order.order_number, line.line_number,
        purchase_order.company_code, purchase_order.vendor_code, purchase_order.vendor_name, purchase_order.order_date,
        line.line_type, line.line_status, line.item_code, line.item_name, line.description, line.unit, line.unit_source,
        line.quantity_ordered, line.quantity_received, line.quantity_invoiced, line.quantity_cancelled,
        CASE
            WHEN line.line_type = 'charge' OR line.is_closed OR line.is_cancelled
                OR line.line_status IN ('received', 'invoiced', 'closed', 'cancelled', 'deleted') THEN 0
            WHEN line.quantity_ordered IS NULL AND line.quantity_open IS NULL THEN NULL
            ELSE greatest(coalesce(
                line.quantity_open,
                line.quantity_ordered - coalesce(line.quantity_cancelled, 0) - coalesce(line.quantity_received, 0)
            ), 0)
        END AS quantity_to_receive,
        CASE
            WHEN line.line_status IN ('invoiced', 'cancelled', 'deleted') OR line.is_cancelled THEN 0
            WHEN line.is_closed OR line.line_status = 'closed'
                THEN greatest(coalesce(line.quantity_received, 0) - coalesce(line.quantity_invoiced, 0), 0)
            WHEN line.quantity_ordered IS NULL AND line.quantity_open IS NULL THEN NULL
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
        AND purchase_order.order_type IS DISTINCT FROM 'blanket'
        AND (purchase_order.status IS NULL
            OR purchase_order.status NOT IN ('draft', 'pending_approval', 'closed', 'cancelled', 'deleted'))
)
SELECT
    line.*,
    CASE
        WHEN quantity_to_receive IS NULL THEN net_amount
        ELSE round(net_amount * quantity_to_receive / nullif(quantity_ordered, 0), 6)
    END AS net_amount_to_receive,
    CASE
        WHEN quantity_to_invoice IS NULL THEN net_amount
        ELSE round(net_amount * quantity_to_invoice / nullif(quantity_ordered, 0), 6)
    END AS net_amount_to_invoice,
    CASE
        WHEN quantity_to_receive IS NULL THEN net_amount_company
        ELSE round(net_amount_company * quantity_to_receive / nullif(quantity_ordered, 0), 6)
    END AS net_amount_to_receive_company,
    CASE
        WHEN quantity_to_invoice IS NULL THEN net_amount_company
        ELSE round(net_amount_company * quantity_to_invoice / nullif(quantity_ordered, 0), 6)
    END AS net_amount_to_invoice_company
FROM line
WHERE quantity_to_receive > 0 OR quantity_to_invoice > 0
    OR (quantity_to_receive IS NULL OR quantity_to_invoice IS NULL) AND net_amount <> 0;

CREATE OR REPLACE VIEW procurement.open_orders WITH (security_invoker = true) AS
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
        count(*) FILTER (WHERE quantity_to_receive IS DISTINCT FROM 0) AS lines_to_receive,
        count(*) FILTER (WHERE quantity_to_invoice IS DISTINCT FROM 0) AS lines_to_invoice,
        min(due_date) FILTER (WHERE quantity_to_receive IS DISTINCT FROM 0) AS next_due_date,
        sum(net_amount_to_receive) AS net_amount_to_receive,
        sum(net_amount_to_invoice) AS net_amount_to_invoice,
        sum(net_amount_to_receive_company) AS net_amount_to_receive_company,
        sum(net_amount_to_invoice_company) AS net_amount_to_invoice_company
    FROM procurement.open_order_lines
    GROUP BY connection, order_id
) AS open USING (connection, order_id);

CREATE OR REPLACE VIEW procurement.late_lines WITH (security_invoker = true) AS
SELECT
    connection, customer, order_id, line_id, order_number, line_number, company_code, vendor_code, vendor_name, item_code,
    item_name, description, quantity_ordered, quantity_received, quantity_to_receive, unit, unit_source, due_date,
    current_date - due_date AS days_late, net_amount_to_receive, currency, net_amount_to_receive_company, company_currency
FROM procurement.open_order_lines
WHERE quantity_to_receive IS DISTINCT FROM 0 AND due_date < current_date;
COMMENT ON VIEW procurement.open_order_lines IS 'Lines of released orders with something still to receive or to invoice; never negative: over-receipts leave nothing to receive, short-closed lines only what came and is not yet invoiced. Without blanket orders, whose releases are counted';
COMMENT ON COLUMN procurement.open_order_lines.quantity_to_receive IS 'Quantity still expected: what the source says is open, else ordered less cancelled less received; 0 for charges and for lines that are received, closed or cancelled; NULL where the line is ordered by its amount, without a quantity';
COMMENT ON COLUMN procurement.open_order_lines.quantity_to_invoice IS 'Quantity not yet invoiced: of what was ordered and not cancelled, or of what was received where that is more or the line is closed; NULL where the line is ordered by its amount, without a quantity';
COMMENT ON COLUMN procurement.open_order_lines.net_amount_to_receive IS 'Share of the net amount that is still to be received; the whole of it where quantity_to_receive is NULL, until the line is received';
COMMENT ON COLUMN procurement.open_order_lines.net_amount_to_invoice IS 'Share of the net amount that is still to be invoiced; the whole of it where quantity_to_invoice is NULL, until the line is invoiced';
CREATE INDEX purchase_order_loaded_at_idx ON procurement.purchase_order (loaded_at) WHERE loaded_at IS NOT NULL;
