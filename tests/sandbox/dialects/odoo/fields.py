"""The fields of the models the sandbox serves, as `fields_get` lists them, by version.

Types, relations and which fields are stored are those of a running Odoo 18.0 with purchase, purchase_stock and account;
what differs in 17 and 19 follows the modules' sources and OpenUpgrade's analysis of `purchase` 19.0.
"""

from __future__ import annotations

from dataclasses import dataclass

ORDER, LINE = "purchase.order", "purchase.order.line"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its ORM type, the model a relation leads to, whether it is a column, whether a person added it."""

    name: str
    type: str
    relation: str = ""
    store: bool = True
    required: bool = False
    manual: bool = False


_ORDER = """
access_token:char name:char! priority:selection origin:char partner_ref:char date_order:datetime! date_approve:datetime
partner_id:many2one/res.partner! dest_address_id:many2one/res.partner currency_id:many2one/res.currency! state:selection
order_line:one2many/purchase.order.line notes:html invoice_count:integer invoice_ids:many2many/account.move
invoice_status:selection date_planned:datetime date_calendar_start:datetime amount_untaxed:monetary amount_tax:monetary
amount_total:monetary amount_total_cc:monetary fiscal_position_id:many2one/account.fiscal.position
payment_term_id:many2one/account.payment.term incoterm_id:many2one/account.incoterms user_id:many2one/res.users
company_id:many2one/res.company! currency_rate:float mail_reminder_confirmed:boolean mail_reception_confirmed:boolean
mail_reception_declined:boolean id:integer create_uid:many2one/res.users create_date:datetime
write_uid:many2one/res.users write_date:datetime incoterm_location:char picking_ids:many2many/stock.picking
picking_type_id:many2one/stock.picking.type! group_id:many2one/procurement.group effective_date:datetime
receipt_status:selection message_ids:one2many/mail.message message_follower_ids:one2many/mail.followers
activity_ids:one2many/mail.activity website_message_ids:one2many/mail.message
display_name:char- company_currency_id:many2one-/res.currency tax_totals:binary- is_shipped:boolean-
"""
_LINE = """
analytic_distribution:json name:text! sequence:integer product_qty:float! product_uom_qty:float date_planned:datetime
discount:float taxes_id:many2many/account.tax product_uom:many2one/uom.uom product_id:many2one/product.product
price_unit:float! price_subtotal:monetary price_total:monetary price_tax:float order_id:many2one/purchase.order!
company_id:many2one/res.company state:selection invoice_lines:one2many/account.move.line qty_invoiced:float
qty_received_method:selection qty_received:float qty_received_manual:float qty_to_invoice:float
partner_id:many2one/res.partner currency_id:many2one/res.currency product_packaging_id:many2one/product.packaging
product_packaging_qty:float display_type:selection is_downpayment:boolean
product_no_variant_attribute_value_ids:many2many/product.template.attribute.value id:integer
create_uid:many2one/res.users create_date:datetime write_uid:many2one/res.users write_date:datetime
move_ids:one2many/stock.move orderpoint_id:many2one/stock.warehouse.orderpoint move_dest_ids:many2many/stock.move
product_description_variants:char propagate_cancel:boolean location_final_id:many2one/stock.location
group_id:many2one/procurement.group sale_order_id:many2one/sale.order sale_line_id:many2one/sale.order.line
display_name:char- product_type:selection-
"""
_MASTERS = {
    "res.partner": "name:char ref:char vat:char street:char street2:char city:char zip:char "
    "state_id:many2one/res.country.state country_id:many2one/res.country email:char phone:char lang:selection "
    "type:selection is_company:boolean parent_id:many2one/res.partner commercial_partner_id:many2one/res.partner "
    "supplier_rank:integer active:boolean",
    "res.country": "code:char name:char!",
    "res.country.state": "code:char! name:char! country_id:many2one/res.country!",
    "res.currency": "name:char! symbol:char! decimal_places:integer rounding:float active:boolean",
    "res.company": "name:char! currency_id:many2one/res.currency! partner_id:many2one/res.partner! vat:char- "
    "po_lock:selection",
    "res.users": "name:char- login:char! email:char- active:boolean",
    "account.payment.term": "name:char! note:html line_ids:one2many/account.payment.term.line early_discount:boolean "
    "discount_percentage:float discount_days:integer active:boolean",
    "account.payment.term.line": "value:selection! value_amount:float nb_days:integer delay_type:selection!",
    "account.incoterms": "code:char! name:char! active:boolean",
    "account.tax": "name:char! description:html amount:float! amount_type:selection! type_tax_use:selection! "
    "price_include:boolean- active:boolean",
    "account.analytic.account": "name:char! code:char plan_id:many2one/account.analytic.plan! "
    "root_plan_id:many2one/account.analytic.plan active:boolean",
    "uom.uom": "name:char! category_id:many2one/uom.category! factor:float! rounding:float! active:boolean",
    "product.product": "default_code:char barcode:char name:char- type:selection- uom_id:many2one-/uom.uom "
    "categ_id:many2one-/product.category product_tmpl_id:many2one/product.template! "
    "unspsc_code_id:many2one-/product.unspsc.code active:boolean",
    "product.unspsc.code": "code:char! name:char! active:boolean",
    "product.supplierinfo": "partner_id:many2one/res.partner! product_id:many2one/product.product "
    "product_tmpl_id:many2one/product.template product_code:char product_name:char "
    "company_id:many2one/res.company date_start:date date_end:date",
    "stock.picking.type": "name:char! code:selection! warehouse_id:many2one/stock.warehouse",
    "stock.warehouse": "name:char! code:char! partner_id:many2one/res.partner",
}
CUSTOM_TYPES = {
    "str": "char",
    "Decimal": "float",
    "int": "integer",
    "bool": "boolean",
    "date": "date",
    "datetime": "datetime",
}

RENAMED_IN_19 = {
    ORDER: {"notes": "note", "mail_reception_confirmed": "acknowledged"},
    LINE: {"product_uom": "product_uom_id", "taxes_id": "tax_ids"},
}
GONE_IN_19 = {
    ORDER: {"mail_reminder_confirmed", "mail_reception_declined", "group_id"},
    LINE: {"product_packaging_id", "product_packaging_qty", "group_id"},
    "uom.uom": {"category_id"},
}
NEW_IN_18 = {ORDER: {"amount_total_cc"}, LINE: {"is_downpayment"}}
UNSTORED_IN_19 = {"currency_id", "state"}
"""Fields of lines that became related ones without a column."""


def model_fields(model: str, version: int, custom: dict[str, type]) -> dict[str, Field]:
    """The fields of a model in that version, custom ones as `x_...`."""
    text = {ORDER: _ORDER, LINE: _LINE}.get(
        model
    ) or f"id:integer write_date:datetime display_name:char- {_MASTERS[model]}"
    found = [_field(entry) for entry in text.split()]
    if version >= 19:
        found = [_in_19(model, field) for field in found if field.name not in GONE_IN_19.get(model, ())]
        found += [Field("locked", "boolean")] if model == ORDER else []
    if version < 18:
        found = [field for field in found if field.name not in NEW_IN_18.get(model, ())]
    found += [Field(f"x_{name}", CUSTOM_TYPES[kind.__name__], manual=True) for name, kind in custom.items()]
    return {field.name: field for field in found}


def models() -> tuple[str, ...]:
    """The names of all models that are served."""
    return (ORDER, LINE, *_MASTERS)


def _field(entry: str) -> Field:
    """`name:type`, with `!` for required, `-` for a field without a column, and `/model` for a relation."""
    name, _, facts = entry.partition(":")
    kind, _, relation = facts.partition("/")
    is_required = entry.endswith("!")
    return Field(name, kind.rstrip("!-"), relation.rstrip("!"), "-" not in kind, is_required)


def _in_19(model: str, field: Field) -> Field:
    name = RENAMED_IN_19.get(model, {}).get(field.name, field.name)
    is_stored = field.store and not (model == LINE and field.name in UNSTORED_IN_19)
    return Field(name, field.type, field.relation, is_stored, field.required)
