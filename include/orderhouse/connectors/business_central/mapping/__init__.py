"""Business Central's purchase orders and lines in canonical terms."""

from __future__ import annotations

from include.orderhouse.connectors.business_central.mapping.line import LINE
from include.orderhouse.connectors.business_central.mapping.order import ORDER
from include.orderhouse.connectors.business_central.values import LINES
from include.orderhouse.mapping import Mapping, rows

MAPPING = Mapping(
    order=ORDER,
    not_in_source="revision promised_delivery_date payment_due_date valid_from valid_to sent_at acknowledged_at "
    "approved_at closed_at cancelled_at purchasing_org_code purchasing_group_code requester created_by approved_by "
    "vendor_order_reference delivery_terms_location ship_method language exchange_rate exchange_rate_date "
    "subtotal_amount_company discount_amount_company charges_amount_company tax_amount_company total_amount_company "
    "requisition_reference contract_reference quotation_reference memo",
    lines=rows(
        LINES,
        LINE,
        not_in_source="line_status vendor_item_code manufacturer_item_code commodity_code commodity_code_scheme "
        "unit_conversion_factor quantity_accepted quantity_rejected quantity_cancelled quantity_open "
        "price_basis_quantity price_unit price_unit_conversion_factor net_amount_company requested_delivery_date "
        "confirmed_delivery_date first_received_date last_received_date ship_to warehouse over_delivery_percent "
        "under_delivery_percent match_policy requisition_reference contract_reference is_cancelled is_closed",
    ),
    empty=("0001-01-01", "0001-01-01T00:00:00Z", "00000000-0000-0000-0000-000000000000", "_x0020_"),
)
