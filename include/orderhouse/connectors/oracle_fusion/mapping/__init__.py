"""Fusion's purchase orders, lines, schedules and distributions in canonical terms.

Attributes are those of the resources ``purchaseOrders``, ``suppliers`` and ``purchaseOrderLifeCycleDetails`` in
Oracle's REST API for Procurement (25D).
"""

from __future__ import annotations

from include.orderhouse.connectors.oracle_fusion.mapping.line import DISTRIBUTION, LINE, SCHEDULE
from include.orderhouse.connectors.oracle_fusion.mapping.order import ORDER
from include.orderhouse.mapping import Mapping, rows

MAPPING = Mapping(
    order=ORDER,
    not_in_source="payment_due_date valid_from valid_to sent_at acknowledged_at approved_at closed_at cancelled_at "
    "purchasing_group_code buyer_email approved_by invoice_vendor_code payment_terms_text net_days discount_percent "
    "discount_days delivery_terms_location language company_currency discount_amount subtotal_amount_company "
    "discount_amount_company charges_amount_company tax_amount_company total_amount_company tax_inclusive "
    "project_reference",
    lines=rows(
        "lines",
        LINE,
        not_in_source="item_name gtin commodity_code commodity_code_scheme base_unit unit_conversion_factor "
        "quantity_accepted quantity_rejected quantity_cancelled price_basis_quantity "
        "price_unit_conversion_factor discount_amount net_amount_company tax_code tax_rate confirmed_delivery_date "
        "under_delivery_percent requisition_reference",
    ),
    schedules=rows("schedules", SCHEDULE),
    distributions=rows(
        "_distributions", DISTRIBUTION, not_in_source="percent profit_center wbs_element internal_order asset"
    ),
)
