"""What an order in ERPNext names by links, and what is kept of it."""

from __future__ import annotations

from include.orderhouse.protocols.frappe_links import Kept, Names

LINKS: dict[str, Names] = {
    "": {
        "supplier": "Supplier",
        "company": "Company",
        "supplier_address": "Address",
        "shipping_address": "Address",
        "billing_address": "Address",
        "payment_terms_template": "Payment Terms Template",
    },
    "items": {
        "item_code": "Item",
        "warehouse": "Warehouse",
        "expense_account": "Account",
        "cost_center": "Cost Center",
    },
    "taxes": {"account_head": "Account"},
    "payment_schedule": {"payment_term": "Payment Term"},
}
"""By child table ("" is the order itself), the links that are looked up, and their doctypes."""

KEPT = {
    "Supplier": Kept("supplier_name supplier_group supplier_type tax_id language country disabled"),
    "Company": Kept("company_name abbr default_currency country tax_id"),
    "Address": Kept(
        "address_title address_type address_line1 address_line2 city county state pincode country phone fax "
        "email_id gstin"
    ),
    "Payment Terms Template": Kept("template_name"),
    "Item": Kept(
        "item_name item_group stock_uom is_stock_item is_fixed_asset customs_tariff_number "
        "default_manufacturer_part_no disabled",
        child="Item Barcode",
        at="barcodes",
        child_fields="barcode barcode_type",
    ),
    "Warehouse": Kept("warehouse_name company"),
    "Account": Kept("account_name account_number account_type root_type"),
    "Cost Center": Kept("cost_center_name cost_center_number"),
    "Payment Term": Kept(
        "payment_term_name description due_date_based_on credit_days credit_months discount_type discount "
        "discount_validity_based_on discount_validity"
    ),
}
"""What is kept of the linked documents, as far as the version has it."""
