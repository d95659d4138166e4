"""Where Xero's purchase orders stand in the canonical model."""

from __future__ import annotations

from include.orderhouse.connectors.xero.mapping.line import LINE
from include.orderhouse.connectors.xero.mapping.order import ORDER
from include.orderhouse.mapping import Mapping, rows

MAPPING = Mapping(
    order=ORDER,
    not_in_source=(
        "revision receipt_status payment_due_date valid_from valid_to sent_at acknowledged_at approved_at closed_at "
        "cancelled_at purchasing_org_code purchasing_group_code buyer_code buyer_name buyer_email requester created_by "
        "approved_by invoice_vendor_code vendor_order_reference payment_terms_text discount_percent discount_days "
        "delivery_terms delivery_terms_location ship_method language exchange_rate_date discount_amount "
        "subtotal_amount_company discount_amount_company charges_amount_company tax_amount_company "
        "total_amount_company requisition_reference contract_reference quotation_reference project_reference"
    ),
    lines=rows(
        "LineItems",
        LINE,
        not_in_source=(
            "vendor_item_code manufacturer_item_code gtin commodity_code commodity_code_scheme category unit base_unit "
            "unit_conversion_factor quantity_received quantity_accepted quantity_rejected quantity_invoiced "
            "quantity_cancelled quantity_open price_basis_quantity price_unit price_unit_conversion_factor "
            "net_amount_company tax_rate confirmed_delivery_date first_received_date last_received_date ship_to "
            "receiving_site warehouse over_delivery_percent under_delivery_percent match_policy requisition_reference "
            "contract_reference is_cancelled is_closed"
        ),
    ),
)
