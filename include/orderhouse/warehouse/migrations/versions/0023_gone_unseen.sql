CREATE OR REPLACE VIEW procurement.data_freshness WITH (security_barrier = true) AS
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
    SELECT
        connection, count(*) FILTER (WHERE mapping_version > 0) AS orders,
        count(*) FILTER (WHERE is_stale AND NOT is_deleted) AS stale_orders
    FROM ops.order_version GROUP BY connection
) AS held USING (connection)
LEFT JOIN (
    SELECT connection, count(*) AS open_rejects FROM ops.reject WHERE resolved_at IS NULL GROUP BY connection
) AS waiting USING (connection)
WHERE (SELECT procurement.customers_seen()) IS NULL
    OR coalesce(status.customer, ledger.customer) = ANY ((SELECT procurement.customers_seen())::text[]);

COMMENT ON TABLE ops.order_version IS 'The version of each order that the warehouse holds; only a later one is loaded. Mapping version 0: the order was gone before any was held';
COMMENT ON COLUMN ops.order_version.gone_at IS 'When the order was seen to be gone; a later fetch clears it';
COMMENT ON COLUMN ops.sync.started_at IS 'When the sync began with what it reads: retries go on with that';
