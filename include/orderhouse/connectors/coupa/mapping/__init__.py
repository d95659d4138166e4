"""Coupa's elements as canonical columns."""

from __future__ import annotations

from include.orderhouse.connectors.coupa.mapping.line import DISTRIBUTION, LINE
from include.orderhouse.connectors.coupa.mapping.order import ORDER
from include.orderhouse.mapping import Mapping, rows

MAPPING = Mapping(
    order=ORDER,
    not_in_source="order_type requested_delivery_date promised_delivery_date payment_due_date valid_from valid_to "
    "sent_at approved_at closed_at cancelled_at purchasing_org_code purchasing_group_code buyer_code buyer_name "
    "buyer_email approved_by invoice_vendor_code bill_to delivery_terms_location ship_method language exchange_rate "
    "exchange_rate_date discount_amount tax_amount total_amount discount_amount_company tax_amount_company "
    "total_amount_company tax_inclusive quotation_reference project_reference memo",
    lines=rows(
        "order-lines",
        LINE,
        not_in_source="gtin commodity_code commodity_code_scheme base_unit unit_conversion_factor quantity_accepted "
        "quantity_rejected quantity_cancelled quantity_open price_basis_quantity price_unit "
        "price_unit_conversion_factor discount_percent discount_amount tax_amount total_amount tax_code "
        "tax_rate promised_delivery_date confirmed_delivery_date first_received_date last_received_date "
        "ship_to over_delivery_percent under_delivery_percent requisition_reference",
    ),
    distributions=rows("account-allocations", DISTRIBUTION, not_in_source="quantity asset"),
)
