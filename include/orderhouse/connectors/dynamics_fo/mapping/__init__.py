"""Purchase orders and lines of Finance & Operations in canonical terms.

Properties are those of the entities ``PurchaseOrderHeadersV2``, ``PurchaseOrderLinesV2``, ``ProductReceiptLinesV2``,
``PurchaseOrderHeaderCharges``, ``VendorsV2``, ``LegalEntities``, ``Ledgers`` and ``PaymentTerms``, as the Common Data
Model and the service's metadata list them. Dates are told as noon in UTC.
"""

from __future__ import annotations

from include.orderhouse.connectors.dynamics_fo.mapping.line import LINE
from include.orderhouse.connectors.dynamics_fo.mapping.order import ORDER
from include.orderhouse.mapping import Mapping, rows

MAPPING = Mapping(
    order=ORDER,
    not_in_source="revision valid_from valid_to sent_at acknowledged_at approved_at closed_at cancelled_at "
    "purchasing_org_code buyer_name buyer_email created_by approved_by discount_days delivery_terms_location "
    "exchange_rate exchange_rate_date discount_amount tax_amount total_amount subtotal_amount_company "
    "discount_amount_company charges_amount_company tax_amount_company total_amount_company contract_reference "
    "quotation_reference",
    lines=rows(
        "_lines",
        LINE,
        not_in_source="item_name manufacturer_item_code commodity_code_scheme base_unit unit_conversion_factor "
        "quantity_accepted quantity_rejected quantity_cancelled quantity_open price_unit "
        "price_unit_conversion_factor tax_amount net_amount_company tax_rate promised_delivery_date "
        "contract_reference is_closed",
    ),
    empty=("1900-01-01T12:00:00Z", "1900-01-01T00:00:00Z"),
)
