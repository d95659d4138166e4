"""Where purchase orders of SAP Business One stand in the canonical model."""

from __future__ import annotations

from include.orderhouse.connectors.sap_business_one.mapping.line import LINE
from include.orderhouse.connectors.sap_business_one.mapping.order import ORDER
from include.orderhouse.mapping import Mapping, rows

MAPPING = Mapping(
    order=ORDER,
    not_in_source=(
        "revision payment_due_date valid_from sent_at acknowledged_at approved_at closed_at cancelled_at "
        "purchasing_group_code approved_by discount_percent discount_days delivery_terms_location exchange_rate_date "
        "requisition_reference"
    ),
    lines=rows(
        "Lines",
        LINE,
        not_in_source=(
            "commodity_code commodity_code_scheme quantity_accepted quantity_rejected quantity_cancelled "
            "price_basis_quantity price_unit price_unit_conversion_factor discount_amount confirmed_delivery_date "
            "receiving_site over_delivery_percent under_delivery_percent match_policy department"
        ),
    ),
)
