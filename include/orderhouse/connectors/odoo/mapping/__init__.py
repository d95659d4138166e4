"""Odoo's fields as canonical columns."""

from __future__ import annotations

from include.orderhouse.connectors.odoo.mapping.line import DISTRIBUTION, LINE
from include.orderhouse.connectors.odoo.mapping.order import ORDER
from include.orderhouse.mapping import Mapping, rows

MAPPING = Mapping(
    order=ORDER,
    not_in_source="revision promised_delivery_date payment_due_date valid_from valid_to sent_at acknowledged_at "
    "closed_at cancelled_at purchasing_org_code purchasing_group_code requester approved_by invoice_vendor_code "
    "ship_method exchange_rate_date discount_amount subtotal_amount_company discount_amount_company "
    "charges_amount_company tax_amount_company quotation_reference",
    lines=rows(
        "order_line",
        LINE,
        not_in_source="manufacturer_item_code quantity_accepted quantity_rejected quantity_cancelled quantity_open "
        "price_basis_quantity price_unit price_unit_conversion_factor discount_amount net_amount_company "
        "promised_delivery_date confirmed_delivery_date first_received_date last_received_date ship_to warehouse "
        "over_delivery_percent under_delivery_percent match_policy gl_account requisition_reference contract_reference",
    ),
    distributions=rows(
        "_distributions",
        DISTRIBUTION,
        not_in_source="quantity amount gl_account profit_center wbs_element internal_order asset fund",
    ),
    empty=(False,),
)
