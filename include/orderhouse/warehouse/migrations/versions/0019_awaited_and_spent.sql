CREATE OR REPLACE VIEW procurement.open_order_lines WITH (security_invoker = true) AS
WITH line AS (
    SELECT
        line.connection, line.customer, line.order_id, line.line_id, purchase_order.order_number, line.line_number,
        purchase_order.company_code, purchase_order.vendor_code, purchase_order.vendor_name, purchase_order.order_date,
        line.line_type, line.line_status, line.item_code, line.item_name, line.description, line.unit, line.unit_source,
        line.quantity_ordered, line.quantity_received, line.quantity_invoiced, line.quantity_cancelled,
        CASE
            WHEN line.line_type = 'charge' OR line.is_closed OR line.is_cancelled
                OR line.line_status IN ('received', 'closed', 'cancelled', 'deleted') THEN 0
            WHEN line.line_status = 'invoiced' THEN greatest(coalesce(line.quantity_open, 0), 0)
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
            line.confirmed_delivery_date, awaited.due_date, line.promised_delivery_date, line.requested_delivery_date,
            purchase_order.promised_delivery_date, purchase_order.requested_delivery_date
        ) AS due_date,
        line.is_stale, awaited.quantity_late
    FROM procurement.purchase_order_line AS line
    JOIN procurement.purchase_order USING (connection, order_id)
    LEFT JOIN LATERAL (
        SELECT min(due_date) AS due_date, sum(quantity) FILTER (WHERE due_date < current_date) AS quantity_late
        FROM (
            SELECT
                coalesce(promised_delivery_date, requested_delivery_date) AS due_date,
                quantity - coalesce(quantity_received, 0) AS quantity
            FROM procurement.purchase_order_schedule AS schedule
            WHERE schedule.connection = line.connection AND schedule.order_id = line.order_id
                AND schedule.line_id = line.line_id AND NOT is_deleted
                AND (status IS NULL OR status NOT IN ('received', 'closed', 'cancelled', 'deleted'))
        ) AS schedule
        WHERE quantity > 0
    ) AS awaited ON true
    WHERE NOT line.is_deleted AND NOT purchase_order.is_deleted
        AND line.line_type IS DISTINCT FROM 'text'
        AND purchase_order.order_type IS DISTINCT FROM 'blanket'
        AND (purchase_order.status IS NULL
            OR purchase_order.status NOT IN ('draft', 'pending_approval', 'closed', 'cancelled', 'deleted'))
)
SELECT
    connection, customer, order_id, line_id, order_number, line_number, company_code, vendor_code, vendor_name,
    order_date, line_type, line_status, item_code, item_name, description, unit, unit_source, quantity_ordered,
    quantity_received, quantity_invoiced, quantity_cancelled, quantity_to_receive, quantity_to_invoice, currency,
    company_currency, net_amount, net_amount_company, due_date, is_stale,
    CASE
        WHEN quantity_to_receive IS NULL THEN net_amount
        WHEN quantity_to_receive = 0 THEN 0
        ELSE round(net_amount * quantity_to_receive / nullif(quantity_ordered, 0), 6)
    END AS net_amount_to_receive,
    CASE
        WHEN quantity_to_invoice IS NULL THEN net_amount
        WHEN quantity_to_invoice = 0 THEN 0
        ELSE round(net_amount * quantity_to_invoice / nullif(quantity_ordered, 0), 6)
    END AS net_amount_to_invoice,
    CASE
        WHEN quantity_to_receive IS NULL THEN net_amount_company
        WHEN quantity_to_receive = 0 THEN 0
        ELSE round(net_amount_company * quantity_to_receive / nullif(quantity_ordered, 0), 6)
    END AS net_amount_to_receive_company,
    CASE
        WHEN quantity_to_invoice IS NULL THEN net_amount_company
        WHEN quantity_to_invoice = 0 THEN 0
        ELSE round(net_amount_company * quantity_to_invoice / nullif(quantity_ordered, 0), 6)
    END AS net_amount_to_invoice_company,
    CASE WHEN due_date < current_date THEN least(quantity_to_receive, quantity_late) ELSE 0 END AS quantity_late
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
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE quantity_to_receive IS DISTINCT FROM 0) AS lines_to_receive,
        count(*) FILTER (WHERE quantity_to_invoice IS DISTINCT FROM 0) AS lines_to_invoice,
        min(due_date) FILTER (WHERE quantity_to_receive IS DISTINCT FROM 0) AS next_due_date,
        sum(net_amount_to_receive) AS net_amount_to_receive,
        sum(net_amount_to_invoice) AS net_amount_to_invoice,
        sum(net_amount_to_receive_company) AS net_amount_to_receive_company,
        sum(net_amount_to_invoice_company) AS net_amount_to_invoice_company
    FROM procurement.open_order_lines AS line
    WHERE line.connection = purchase_order.connection AND line.order_id = purchase_order.order_id
    HAVING count(*) > 0
) AS open;

CREATE OR REPLACE VIEW procurement.late_lines WITH (security_invoker = true) AS
SELECT
    connection, customer, order_id, line_id, order_number, line_number, company_code, vendor_code, vendor_name, item_code,
    item_name, description, quantity_ordered, quantity_received, quantity_to_receive, unit, unit_source, due_date,
    current_date - due_date AS days_late, net_amount_to_receive, currency, net_amount_to_receive_company, company_currency,
    quantity_late,
    CASE
        WHEN quantity_to_receive IS NULL THEN net_amount_to_receive
        ELSE round(net_amount_to_receive * quantity_late / quantity_to_receive, 6)
    END AS net_amount_late,
    CASE
        WHEN quantity_to_receive IS NULL THEN net_amount_to_receive_company
        ELSE round(net_amount_to_receive_company * quantity_late / quantity_to_receive, 6)
    END AS net_amount_late_company
FROM procurement.open_order_lines
WHERE quantity_to_receive IS DISTINCT FROM 0 AND due_date < current_date;

CREATE OR REPLACE VIEW procurement.spend_by_vendor_month WITH (security_invoker = true) AS
WITH bought AS (
    SELECT
        connection, customer, company_code, vendor_code, vendor_name,
        date_trunc('month', order_date::timestamp)::date AS month, currency, currency_source, company_currency,
        subtotal_amount, charges_amount, tax_amount, total_amount, subtotal_amount_company, total_amount_company,
        CASE WHEN vendor_code IS NULL THEN vendor_name END AS vendor_without_code,
        coalesce(
            subtotal_amount + coalesce(charges_amount, 0) - coalesce(discount_amount, 0), total_amount - tax_amount
        ) AS net_amount,
        coalesce(
            subtotal_amount_company
                + coalesce(charges_amount_company, CASE WHEN coalesce(charges_amount, 0) = 0 THEN 0 END)
                - coalesce(discount_amount_company, CASE WHEN coalesce(discount_amount, 0) = 0 THEN 0 END),
            total_amount_company - tax_amount_company
        ) AS net_amount_company
    FROM procurement.purchase_order
    WHERE NOT is_deleted
        AND (status IS NULL OR status NOT IN ('draft', 'pending_approval', 'cancelled', 'deleted'))
        AND order_type IS DISTINCT FROM 'blanket'
)
SELECT
    connection, customer, company_code, vendor_code, max(vendor_name) AS vendor_name, month, currency, currency_source,
    company_currency, count(*) AS orders, sum(subtotal_amount) AS subtotal_amount, sum(charges_amount) AS charges_amount,
    sum(tax_amount) AS tax_amount, sum(total_amount) AS total_amount,
    sum(subtotal_amount_company) AS subtotal_amount_company, sum(total_amount_company) AS total_amount_company,
    count(*) FILTER (WHERE total_amount_company IS NULL) AS orders_without_company_amount,
    sum(net_amount) AS net_amount, sum(net_amount_company) AS net_amount_company,
    count(*) FILTER (WHERE total_amount IS NULL) AS orders_without_total_amount,
    count(*) FILTER (WHERE net_amount IS NULL) AS orders_without_net_amount,
    count(*) FILTER (WHERE net_amount_company IS NULL) AS orders_without_net_amount_company
FROM bought
GROUP BY
    connection, customer, company_code, vendor_code, vendor_without_code, month, currency, currency_source,
    company_currency;

COMMENT ON VIEW procurement.open_order_lines IS 'Lines of released orders with something still to receive or to invoice; never negative: over-receipts leave nothing to receive, short-closed lines only what came and is not yet invoiced. Where a source does not tell what was received or invoiced, nothing counts as such before the line is over. Without blanket orders, whose releases are counted';
COMMENT ON COLUMN procurement.open_order_lines.quantity_to_receive IS 'Quantity still expected: what the source says is open, else ordered less cancelled less received; 0 for charges and for lines that are received, closed or cancelled, and for invoiced ones of which the source tells nothing open; NULL where the line is ordered by its amount, without a quantity';
COMMENT ON COLUMN procurement.open_order_lines.due_date IS 'When delivery is due: the line''s confirmed date, else that of the earliest delivery schedule that awaits goods, else the line''s promised or requested date, else the order''s';
COMMENT ON COLUMN procurement.open_order_lines.quantity_late IS 'Of quantity_to_receive what was due before today: of a line with delivery schedules what those await that were, else all of it; NULL where the line is ordered by its amount and was due';
COMMENT ON COLUMN procurement.late_lines.due_date IS 'When delivery was due: the earliest date that was missed';
COMMENT ON COLUMN procurement.late_lines.quantity_to_receive IS 'Quantity still expected, also by delivery schedules that are not due yet';
COMMENT ON COLUMN procurement.late_lines.quantity_late IS 'Quantity that was due before today; NULL where the line is ordered by its amount, without a quantity';
COMMENT ON COLUMN procurement.late_lines.net_amount_late IS 'Net amount of what was due before today';
COMMENT ON COLUMN procurement.late_lines.net_amount_late_company IS 'The same in company currency';
COMMENT ON VIEW procurement.spend_by_vendor_month IS 'Ordered amounts by vendor, month of the order date and currency; without drafts, cancelled and deleted orders and without blanket orders, whose releases are counted. Amounts are signed as the source signs them. Some sources tell no tax and no total of an order: compare connections by net_amount';
COMMENT ON COLUMN procurement.spend_by_vendor_month.vendor_code IS 'Vendor, as the source codes them; where there is no code, vendors are told apart by their names';
COMMENT ON COLUMN procurement.spend_by_vendor_month.total_amount IS 'Tax and charges included, of the orders that have one';
COMMENT ON COLUMN procurement.spend_by_vendor_month.orders_without_company_amount IS 'Orders that total_amount_company leaves out';
COMMENT ON COLUMN procurement.spend_by_vendor_month.net_amount IS 'Without tax: subtotal and charges less the discount on the order as a whole, else the total less tax';
COMMENT ON COLUMN procurement.spend_by_vendor_month.net_amount_company IS 'net_amount in company currency, of the orders that have one';
COMMENT ON COLUMN procurement.spend_by_vendor_month.orders_without_total_amount IS 'Orders that total_amount leaves out';
COMMENT ON COLUMN procurement.spend_by_vendor_month.orders_without_net_amount IS 'Orders that net_amount leaves out';
COMMENT ON COLUMN procurement.spend_by_vendor_month.orders_without_net_amount_company IS 'Orders that net_amount_company leaves out';

COMMENT ON COLUMN procurement.purchase_order.loaded_at IS 'When this version of the row was written to the warehouse; an order''s own row is written with any below it';
COMMENT ON COLUMN procurement.purchase_order_line.loaded_at IS 'When this version of the row was written to the warehouse; an order''s own row is written with any below it';
COMMENT ON COLUMN procurement.purchase_order_schedule.loaded_at IS 'When this version of the row was written to the warehouse; an order''s own row is written with any below it';
COMMENT ON COLUMN procurement.purchase_order_distribution.loaded_at IS 'When this version of the row was written to the warehouse; an order''s own row is written with any below it';
COMMENT ON COLUMN ops.reject.resolution IS 'superseded: a version of the order that is no earlier was loaded or rejected; deleted: its order is gone from the source; dismissed: a person gave it up';
