"""Purchase orders of SAP S/4HANA as canonical rows, from both services."""

from __future__ import annotations

from include.orderhouse.connectors.sap_s4hana.mapping.line import DISTRIBUTION, LINE, SCHEDULE
from include.orderhouse.connectors.sap_s4hana.mapping.order import ORDER
from include.orderhouse.connectors.sap_s4hana.values import ASSIGNMENTS, LINES, SCHEDULES
from include.orderhouse.mapping import Mapping, rows

MAPPING = Mapping(
    order=ORDER,
    not_in_source="""
        revision requested_delivery_date promised_delivery_date payment_due_date sent_at acknowledged_at
        approved_at closed_at cancelled_at company_name buyer_code buyer_name buyer_email approved_by
        vendor_tax_id bill_to payment_terms_text ship_method exchange_rate_date company_currency discount_amount
        tax_amount total_amount subtotal_amount_company discount_amount_company charges_amount_company
        tax_amount_company total_amount_company tax_inclusive project_reference
    """,
    lines=rows(
        LINES,
        LINE,
        not_in_source="""
            item_name commodity_code_scheme quantity_accepted quantity_rejected quantity_invoiced quantity_cancelled
            tax_amount total_amount net_amount_company tax_rate promised_delivery_date confirmed_delivery_date
            first_received_date last_received_date department
        """,
    ),
    schedules=rows(SCHEDULES, SCHEDULE, not_in_source="promised_delivery_date ship_to status"),
    distributions=rows(ASSIGNMENTS, DISTRIBUTION, not_in_source="department project"),
)
