"""An order's header in the Service Layer's members.

On purchase documents, the "bill to" of the address extension is the address at which the vendor is paid.
"""

from __future__ import annotations

from typing import Any

from include.orderhouse.connectors.sap_business_one.codes import APPROVALS, LANGUAGES, ORDER_TYPES, STATUSES
from include.orderhouse.connectors.sap_business_one.values import DIGITS, amounts
from include.orderhouse.connectors.sap_business_one.values import order as v
from include.orderhouse.mapping import Expression, boolean, code, day, instant, integer, joined, money, rate, text
from include.orderhouse.model import Address, PurchaseOrder


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


ORDER = PurchaseOrder[Expression](
    source_order_id=text("DocEntry"),
    order_number=text("DocNum"),
    source_created_at=instant(v.moment("CreationDate", "DocTime"), zone="connection"),
    source_modified_at=instant("ChangedAt", v.moment("UpdateDate", "UpdateTime"), zone="connection"),
    source_version=text("ETag", "DataVersion"),
    order_type=code("DocType", ORDER_TYPES),
    status=code(v.status, STATUSES),
    approval_status=code("AuthorizationStatus", APPROVALS),
    receipt_status=code(v.receipt_status),
    invoice_status=code(v.invoice_status),
    order_date=day("TaxDate", "DocDate"),
    requested_delivery_date=day("RequriedDate"),
    promised_delivery_date=day("DocDueDate"),
    valid_to=day("CancelDate"),
    company_code=text("Company.CompanyDB"),
    company_name=text("Company.CompanyName"),
    purchasing_org_code=text("BPL_IDAssignedToInvoice"),
    buyer_code=text(v.buyer("SalesEmployeeCode")),
    buyer_name=text(v.buyer("SalesEmployeeName")),
    buyer_email=text(v.buyer("Email")),
    requester=text("RequesterName", "Requester"),
    created_by=text("UserSign"),
    vendor_code=text("CardCode"),
    vendor=_address(
        "AddressExtension.BillTo",
        name=text("CardName", "Vendor.CardName"),
        contact=text(v.contact("Name")),
        email=text("Vendor.EmailAddress"),
        phone=text("Vendor.Phone1"),
    ),
    vendor_tax_id=text("FederalTaxID", "Vendor.FederalTaxID"),
    invoice_vendor_code=text(v.other_payee),
    vendor_order_reference=text("NumAtCard"),
    ship_to=_address("AddressExtension.ShipTo", name=text("ShipToCode")),
    bill_to=_address("Branch.", name=text("Branch.BPLName", "BPLName", "Company.CompanyName")),
    payment_terms_code=text("PaymentGroupCode"),
    payment_terms_text=text("PaymentTerms.PaymentTermsGroupName"),
    net_days=integer(v.net_days),
    delivery_terms=code("TaxExtension.Incoterms"),
    ship_method=text("ShippingType.Name"),
    language=code("LanguageCode", LANGUAGES),
    currency=code("Currency.DocumentsCode", None, "DocCurrency"),
    exchange_rate=rate(amounts.exchange_rate),
    company_currency=code("LocalCurrency.DocumentsCode", None, "Company.LocalCurrency"),
    subtotal_amount=money(amounts.total_of("Lines", "LineTotal", "RowTotalFC"), digits=DIGITS),
    discount_amount=money(amounts.amount("TotalDiscount", "TotalDiscountFC"), digits=DIGITS),
    charges_amount=money(amounts.charges, digits=DIGITS),
    tax_amount=money(amounts.amount("VatSum", "VatSumFc"), digits=DIGITS),
    total_amount=money(amounts.whole, digits=DIGITS),
    subtotal_amount_company=money(amounts.total_of("Lines", "LineTotal"), digits=DIGITS),
    discount_amount_company=money("TotalDiscount", digits=DIGITS),
    charges_amount_company=money(amounts.charges_company, digits=DIGITS),
    tax_amount_company=money("VatSum", digits=DIGITS),
    total_amount_company=money(amounts.whole_company, digits=DIGITS),
    tax_inclusive=boolean("PriceMode", true="pmdGross"),
    contract_reference=text("BlanketAgreementNumber"),
    quotation_reference=text(v.quotation),
    project_reference=text("Project"),
    memo=text("Comments"),
)
