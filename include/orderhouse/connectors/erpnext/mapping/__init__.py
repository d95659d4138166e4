"""ERPNext's fields as canonical columns."""

from __future__ import annotations

from include.orderhouse.connectors.erpnext.mapping.line import LINE
from include.orderhouse.connectors.erpnext.mapping.order import ORDER
from include.orderhouse.mapping import Mapping, rows

MAPPING = Mapping(
    order=ORDER,
    not_in_source="promised_delivery_date valid_from valid_to sent_at acknowledged_at approved_at closed_at "
    "cancelled_at purchasing_org_code purchasing_group_code buyer_code buyer_name buyer_email requester approved_by "
    "invoice_vendor_code ship_method exchange_rate_date discount_amount discount_amount_company",
    lines=rows(
        "items",
        LINE,
        not_in_source="quantity_accepted quantity_rejected quantity_cancelled quantity_open price_basis_quantity "
        "price_unit price_unit_conversion_factor tax_amount total_amount confirmed_delivery_date "
        "first_received_date last_received_date ship_to over_delivery_percent under_delivery_percent match_policy",
    ),
)
