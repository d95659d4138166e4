CREATE OR REPLACE VIEW procurement.open_order_lines WITH (security_invoker = true) AS
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
    CASE
        WHEN due_date IS NULL OR due_date >= current_date THEN 0
        WHEN quantity_to_receive IS NOT NULL THEN least(quantity_to_receive, quantity_late)
    END AS quantity_late
FROM (
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
) AS line
WHERE quantity_to_receive > 0 OR quantity_to_invoice > 0
    OR (quantity_to_receive IS NULL OR quantity_to_invoice IS NULL) AND net_amount <> 0;
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
    sum(net_amount_to_invoice_company) AS net_amount_to_invoice_company, purchase_order.is_stale
FROM procurement.purchase_order
JOIN procurement.open_order_lines AS line USING (connection, order_id)
GROUP BY
    purchase_order.connection, purchase_order.customer, purchase_order.order_id, purchase_order.order_number,
    purchase_order.company_code, purchase_order.vendor_code, purchase_order.vendor_name, purchase_order.buyer_name,
    purchase_order.order_date, purchase_order.status, purchase_order.currency, purchase_order.total_amount,
    purchase_order.company_currency, purchase_order.total_amount_company, purchase_order.is_stale;

CREATE OR REPLACE FUNCTION ops.keep_audit() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.occurred_at < now() - interval '90 days' AND OLD.action IN (
            'audit.sealed', 'credentials.read', 'login.refused', 'retention.enforced', 'sync.started', 'vault.read'
        ) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of ops.audit are never changed or removed' USING ERRCODE = 'insufficient_privilege',
        HINT = 'Only what tells of routine may go, after 90 days: scripts/orderhouse audit prune.';
END
$$;
COMMENT ON FUNCTION ops.keep_audit() IS 'Refuses every change of ops.audit but an addition, and to remove what tells of routine and is older than 90 days';
COMMENT ON TABLE ops.audit IS 'Who did what; rows are only added, each with the hash of the one before, and of old ones those that tell of routine may be removed';
COMMENT ON COLUMN ops.audit.audit_id IS 'Number of the row; a gap is where old rows were removed';
