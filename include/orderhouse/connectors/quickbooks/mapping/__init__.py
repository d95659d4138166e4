"""Where QuickBooks' purchase orders stand in the canonical model."""

from __future__ import annotations

from include.orderhouse.connectors.quickbooks.mapping.line import LINE
from include.orderhouse.connectors.quickbooks.mapping.order import ORDER
from include.orderhouse.mapping import Mapping, rows

MAPPING = Mapping(
    order=ORDER,
    not_in_source=(
        "revision approval_status promised_delivery_date valid_from valid_to sent_at acknowledged_at approved_at "
        "closed_at cancelled_at purchasing_org_code purchasing_group_code buyer_code buyer_name buyer_email requester "
        "approved_by invoice_vendor_code vendor_order_reference payment_terms_text delivery_terms_location language "
        "exchange_rate_date discount_amount subtotal_amount_company discount_amount_company charges_amount_company "
        "tax_amount_company total_amount_company requisition_reference contract_reference quotation_reference"
    ),
    lines=rows(
        "Line",
        LINE,
        not_in_source=(
            "vendor_item_code gtin commodity_code commodity_code_scheme unit base_unit unit_conversion_factor "
            "quantity_accepted quantity_rejected quantity_cancelled price_basis_quantity price_unit "
            "price_unit_conversion_factor discount_percent discount_amount net_amount_company tax_rate "
            "promised_delivery_date confirmed_delivery_date first_received_date last_received_date ship_to "
            "warehouse over_delivery_percent under_delivery_percent match_policy department requisition_reference "
            "contract_reference is_cancelled"
        ),
    ),
)
