"""Where NetSuite's purchase orders stand in the canonical model.

Purchase amounts may come signed as credits, so amounts are taken by magnitude; a negative rate keeps its line negative.
"""

from __future__ import annotations

from include.orderhouse.connectors.netsuite.mapping.line import LINE
from include.orderhouse.connectors.netsuite.mapping.order import ORDER
from include.orderhouse.mapping import Mapping, rows

MAPPING = Mapping(
    order=ORDER,
    not_in_source=(
        "revision promised_delivery_date payment_due_date valid_from valid_to sent_at acknowledged_at approved_at "
        "closed_at cancelled_at purchasing_org_code purchasing_group_code requester approved_by invoice_vendor_code "
        "bill_to payment_terms_text delivery_terms_location language exchange_rate_date discount_amount "
        "discount_amount_company tax_inclusive requisition_reference contract_reference quotation_reference "
        "project_reference"
    ),
    lines=rows(
        "lines",
        LINE,
        not_in_source=(
            "commodity_code commodity_code_scheme quantity_accepted quantity_rejected quantity_cancelled "
            "quantity_open price_basis_quantity price_unit price_unit_conversion_factor "
            "discount_percent discount_amount tax_amount total_amount tax_code tax_rate requested_delivery_date "
            "confirmed_delivery_date first_received_date last_received_date ship_to warehouse over_delivery_percent "
            "under_delivery_percent match_policy project requisition_reference contract_reference is_cancelled"
        ),
    ),
)
