"""Where purchase orders of Acumatica stand in the canonical model.

Every field of the endpoint is an object with its value inside; those beside it (`discovery.BESIDE`) are values.
"""

from __future__ import annotations

from include.orderhouse.connectors.acumatica.mapping.line import LINE
from include.orderhouse.connectors.acumatica.mapping.order import ORDER
from include.orderhouse.mapping import Mapping, rows

MAPPING = Mapping(
    order=ORDER,
    not_in_source=(
        "revision requested_delivery_date payment_due_date valid_from valid_to sent_at acknowledged_at "
        "approved_at closed_at cancelled_at company_name purchasing_org_code purchasing_group_code buyer_name "
        "buyer_email requester created_by approved_by invoice_vendor_code bill_to payment_terms_text net_days "
        "discount_percent discount_days delivery_terms delivery_terms_location ship_method language "
        "subtotal_amount_company discount_amount_company charges_amount_company tax_amount_company "
        "total_amount_company requisition_reference contract_reference quotation_reference"
    ),
    lines=rows(
        "Details",
        LINE,
        not_in_source=(
            "item_name manufacturer_item_code gtin commodity_code commodity_code_scheme category base_unit "
            "unit_conversion_factor quantity_accepted quantity_rejected quantity_cancelled "
            "quantity_open price_basis_quantity price_unit price_unit_conversion_factor "
            "tax_amount total_amount net_amount_company tax_rate confirmed_delivery_date "
            "first_received_date last_received_date ship_to receiving_site match_policy department "
            "requisition_reference"
        ),
    ),
)
