"""Where purchase orders of SAP Business One stand in the canonical model.

The database keeps six decimals, which the wire tells as binary floats: what lies beyond them is noise. On purchase
documents, the "bill to" of the address extension is the address at which the vendor is paid.
"""

from __future__ import annotations

from typing import Any

from include.orderhouse.connectors.sap_business_one import values
from include.orderhouse.connectors.sap_business_one.codes import (
    APPROVALS,
    LANGUAGES,
    LINE_STATUSES,
    LINE_TYPES,
    ORDER_TYPES,
    STATUSES,
)
from include.orderhouse.connectors.sap_business_one.values import (
    PURCHASE_REQUEST,
    amount,
    buyer,
    contact,
    invoiced,
    line_amount,
    moment,
    progress,
    receipt_day,
    received,
    total_of,
    unit,
)
from include.orderhouse.mapping import (
    Expression,
    Mapping,
    boolean,
    code,
    day,
    derived,
    instant,
    integer,
    joined,
    money,
    percent,
    price,
    quantity,
    rate,
    rows,
    text,
)
from include.orderhouse.model import Address, PurchaseOrder, PurchaseOrderLine

DIGITS = 6


def _address(prefix: str, **known: Any) -> Address[Expression]:
    return Address(
        line1=text(joined(f"{prefix}Street", f"{prefix}StreetNo")),
        line2=text(f"{prefix}Block"),
        line3=text(f"{prefix}Building"),
        city=text(f"{prefix}City"),
        region=code(f"{prefix}State"),
        postal_code=text(f"{prefix}ZipCode"),
        country=code(f"{prefix}Country"),
        **known,
    )


def _money(place: Any) -> Expression:
    return money(place, digits=DIGITS)


ORDER = PurchaseOrder[Expression](
    source_order_id=text("DocEntry"),
    order_number=text("DocNum"),
    source_created_at=instant(moment("CreationDate", "DocTime"), zone="connection"),
    source_modified_at=instant("ChangedAt"),
    source_version=text("ETag", "DataVersion"),
    order_type=code("DocType", ORDER_TYPES),
    status=code(
        derived(
            values.status,
            "Cancelled, what was received and invoiced, DocumentStatus, AuthorizationStatus, Confirmed",
            "Cancelled",
            "DocumentStatus",
            "AuthorizationStatus",
            "Confirmed",
            "Lines",
        ),
        STATUSES,
    ),
    approval_status=code("AuthorizationStatus", APPROVALS),
    receipt_status=code(derived(progress(received), "quantities received on the lines", "Lines")),
    invoice_status=code(derived(progress(invoiced), "quantities invoiced on the lines", "Lines")),
    order_date=day("TaxDate", "DocDate"),
    requested_delivery_date=day("RequriedDate"),
    promised_delivery_date=day("DocDueDate"),
    valid_to=day("CancelDate"),
    company_code=text("Company.CompanyDB"),
    company_name=text("Company.CompanyName"),
    purchasing_org_code=text("BPL_IDAssignedToInvoice"),
    buyer_code=text(buyer("SalesEmployeeCode")),
    buyer_name=text(buyer("SalesEmployeeName")),
    buyer_email=text(buyer("Email")),
    requester=text("RequesterName", "Requester"),
    created_by=text("UserSign"),
    vendor_code=text("CardCode"),
    vendor=_address(
        "AddressExtension.BillTo",
        name=text("CardName", "Vendor.CardName"),
        contact=text(contact("Name")),
        email=text("Vendor.EmailAddress"),
        phone=text("Vendor.Phone1"),
    ),
    vendor_tax_id=text("FederalTaxID", "Vendor.FederalTaxID"),
    invoice_vendor_code=text(
        derived(values.other_payee, "FatherCard, where payments are consolidated", "FatherCard", "FatherType")
    ),
    vendor_order_reference=text("NumAtCard"),
    ship_to=_address("AddressExtension.ShipTo", name=text("ShipToCode")),
    bill_to=_address("Branch.", name=text("Branch.BPLName", "BPLName", "Company.CompanyName")),
    payment_terms_code=text("PaymentGroupCode"),
    payment_terms_text=text("PaymentTerms.PaymentTermsGroupName"),
    net_days=integer(
        derived(values.net_days, "NumberOfAdditionalDays, where the terms count only days", "PaymentTerms")
    ),
    delivery_terms=code("TaxExtension.Incoterms"),
    ship_method=text("ShippingType.Name"),
    language=code("LanguageCode", LANGUAGES),
    currency=code("Currency.DocumentsCode", None, "DocCurrency"),
    exchange_rate=rate("DocRate", digits=DIGITS),
    company_currency=code("LocalCurrency.DocumentsCode", None, "Company.LocalCurrency"),
    subtotal_amount=_money(total_of("Lines", "LineTotal", "RowTotalFC")),
    discount_amount=_money(amount("TotalDiscount", "TotalDiscountFC")),
    charges_amount=_money(total_of("DocumentAdditionalExpenses", "LineTotal", "LineTotalFC")),
    tax_amount=_money(amount("VatSum", "VatSumFc")),
    total_amount=_money(amount("DocTotal", "DocTotalFc")),
    subtotal_amount_company=_money(total_of("Lines", "LineTotal")),
    discount_amount_company=_money("TotalDiscount"),
    charges_amount_company=_money(total_of("DocumentAdditionalExpenses", "LineTotal")),
    tax_amount_company=_money("VatSum"),
    total_amount_company=_money("DocTotal"),
    tax_inclusive=boolean("PriceMode", true="pmdGross"),
    contract_reference=text("BlanketAgreementNumber"),
    quotation_reference=text(derived(values.quotation, "BaseEntry of lines drawn from a purchase quotation", "Lines")),
    project_reference=text("Project"),
    memo=text("Comments"),
)

LINE = PurchaseOrderLine[Expression](
    source_line_id=text(
        derived(values.line_key, "LineNum; texts between lines as `text <LineNum>`", "LineNum", "LineType")
    ),
    line_number=text(derived(values.row_number, "VisualOrder, counted from 1", "VisualOrder")),
    line_type=code(
        derived(values.line_type, "the item's ItemType, else LineType", "LineType", "ItemCode", "Item.ItemType"),
        LINE_TYPES,
    ),
    line_status=code(
        derived(
            values.line_status,
            "the order's Cancelled, what was received and invoiced, LineStatus",
            "LineStatus",
            "Quantity",
            "Receipts",
            "Invoices",
        ),
        LINE_STATUSES,
    ),
    item_code=text("ItemCode"),
    item_name=text("Item.ItemName"),
    description=text("ItemDescription", "LineText"),
    vendor_item_code=text("SupplierCatNum"),
    manufacturer_item_code=text("Item.SupplierCatalogNo"),
    gtin=text("BarCode", "Item.BarCode"),
    category=text("Item.Group.GroupName"),
    quantity_ordered=quantity("Quantity", digits=DIGITS),
    unit=code(unit("UnitOfMeasurement", "UoMCode", "MeasureUnit")),
    base_unit=code(unit("Item.InventoryUnitOfMeasurement", "", "Item.InventoryUOM")),
    unit_conversion_factor=rate("UnitsOfMeasurment", digits=DIGITS),
    quantity_received=quantity(
        derived(
            received,
            "goods receipts and invoices drawn from the order; else Quantity - RemainingOpenQuantity of open lines",
            "Receipts",
            "Invoices",
            "Quantity",
            "RemainingOpenQuantity",
            "LineStatus",
        ),
        digits=DIGITS,
    ),
    quantity_invoiced=quantity(derived(invoiced, "quantities of A/P invoices", "Invoices"), digits=DIGITS),
    quantity_open=quantity(
        derived(
            values.open_quantity, "RemainingOpenQuantity; 0 on closed lines", "RemainingOpenQuantity", "LineStatus"
        ),
        digits=DIGITS,
    ),
    unit_price=price("UnitPrice", digits=DIGITS),
    discount_percent=percent("DiscountPercent", digits=DIGITS),
    net_amount=_money(line_amount("LineTotal", "RowTotalFC")),
    tax_amount=_money(
        derived(values.line_tax, "TaxTotal; in a foreign currency GrossTotalFC - RowTotalFC", "TaxTotal")
    ),
    total_amount=_money(line_amount("GrossTotal", "GrossTotalFC")),
    net_amount_company=_money("LineTotal"),
    tax_code=text("TaxCode", "VatGroup"),
    tax_rate=percent("TaxPercentagePerRow", digits=DIGITS),
    requested_delivery_date=day("RequiredDate"),
    promised_delivery_date=day("ShipDate"),
    first_received_date=day(receipt_day(min)),
    last_received_date=day(receipt_day(max)),
    ship_to=Address(name=text("ShipToDescription", "ShipToCode")),
    warehouse=text("WarehouseCode"),
    gl_account=text("AccountCode"),
    cost_center=text("CostingCode"),
    project=text("ProjectCode"),
    requisition_reference=text(
        derived(
            lambda line: values.based_on(line, PURCHASE_REQUEST),
            "BaseEntry of lines drawn from a purchase request",
            "BaseEntry",
            "BaseType",
        )
    ),
    contract_reference=text("AgreementNo"),
    is_cancelled=boolean("Order.Cancelled", true="tYES"),
    is_closed=boolean("LineStatus", true="bost_Close"),
)

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
