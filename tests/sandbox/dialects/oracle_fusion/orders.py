"""Purchase order headers as the resource shows them, with their descriptive flexfield."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tests.sandbox.company import Company
from tests.sandbox.custom_fields import HEADER_CUSTOM_FIELDS
from tests.sandbox.dialects.oracle_fusion.statuses import NAMES, header_updated_at, status
from tests.sandbox.dialects.oracle_fusion.values import PARTY_IDS, SUPPLIER_IDS, Row, formatted, order_id
from tests.sandbox.order import CustomValue, Order


def entity_id(company: Company, code: str) -> int:
    """The SoldToLegalEntityId of a legal entity."""
    return PARTY_IDS + company.entities[code].id


def order_number(company: Company, order: Order) -> str:
    """Every legal entity counts for itself, so the same number stands in several of them."""
    return f"PO{order.id - company.entity_of(order).id + 1:06d}"


def header_row(company: Company, order: Order, moves_with_all: bool) -> Row:
    """The attributes of a header."""
    code = status(order)
    return {
        "POHeaderId": order_id(order.id),
        "OrderNumber": order_number(company, order),
        "StatusCode": code,
        "Status": NAMES[code],
        "Revision": order.revision,
        **_organisation(company, order),
        **_supplier(company, order),
        **_terms(company, order),
        **_amounts(company, order),
        "Description": order.memo,
        "Requisition": order.requisition,
        "SupplierOrder": order.vendor_reference,
        "DocumentStyle": "Purchase Order",
        "ImportSourceCode": None,
        "OrderDate": order.order_date,
        "CreationDate": order.created_at,
        "CreatedBy": order.created_by,
        "LastUpdateDate": header_updated_at(order, moves_with_all),
        "LastUpdatedBy": order.created_by,
    }


def _organisation(company: Company, order: Order) -> Row:
    entity = company.entity_of(order)
    unit_id, unit = PARTY_IDS + 1000 + entity.id, f"{entity.code} Business Unit"
    buyer = company.buyers.get(order.buyer or "")
    return {
        "SoldToLegalEntityId": entity_id(company, entity.code),
        "SoldToLegalEntity": entity.name,
        "ProcurementBUId": unit_id,
        "ProcurementBU": unit,
        "RequisitioningBUId": unit_id,
        "RequisitioningBU": unit,
        "BillToBUId": unit_id,
        "BillToBU": unit,
        "BuyerId": PARTY_IDS + 2000 + buyer.id if buyer else None,
        "Buyer": buyer.name if buyer else None,
        "BillToLocation": order.bill_to.name if order.bill_to else None,
        "BillToLocationAddress": formatted(order.bill_to),
        "ShipToLocationAddress": formatted(order.ship_to),
    }


def _supplier(company: Company, order: Order) -> Row:
    vendor = company.vendors[order.vendor]
    return {
        "SupplierId": SUPPLIER_IDS + vendor.id,
        "Supplier": vendor.name,
        "SupplierSiteId": SUPPLIER_IDS + 5_000_000 + vendor.id,
        "SupplierSite": "MAIN",
        "SupplierContact": vendor.contact,
        "SupplierEmailAddress": vendor.email,
    }


def _terms(company: Company, order: Order) -> Row:
    term = company.payment_terms.get(order.payment_term or "")
    return {
        "PaymentTerms": term.code if term else None,
        "FOBCode": order.incoterm,
        "FOB": order.incoterm,
        "FreightTermsCode": None,
        "FreightTerms": None,
        "Carrier": None,
        "ShippingMethod": order.ship_method,
        "RequiredAcknowledgmentCode": "D" if order.id % 3 == 0 else "N",
        "RequiredAcknowledgment": "Document" if order.id % 3 == 0 else "None",
        "PayOnReceiptFlag": False,
        "ConfirmingOrderFlag": False,
        "FrozenFlag": False,
        "RequiresSignatureFlag": False,
        "ConsignmentTermsFlag": False,
        "FundsStatus": "Not applicable",
        "DefaultTaxationCountryCode": company.entity_of(order).country,
    }


def _amounts(company: Company, order: Order) -> Row:
    ordered = order.subtotal + order.charges_amount
    is_foreign = order.currency != company.entity_of(order).currency
    return {
        "CurrencyCode": order.currency,
        "ConversionRateTypeCode": "Corporate" if is_foreign else None,
        "ConversionRate": order.exchange_rate if is_foreign else None,
        "ConversionRateDate": order.exchange_rate_date if is_foreign else None,
        "Ordered": ordered,
        "OrderedAmountBeforeAdjustments": ordered,
        "CreditAmount": 0,
        "DiscountAmount": 0,
        "TotalTax": order.tax_amount,
        "Total": order.total,
    }


def header_flexfield(order: Order) -> Row:
    """The only row of the header's flexfield."""
    return {
        "PoHeaderId": order_id(order.id),
        **flexfield_values(HEADER_CUSTOM_FIELDS, order.custom),
        "__FLEX_Context": None,
    }


def flexfield_values(fields: Mapping[str, type], values: Mapping[str, CustomValue]) -> Row:
    """Segments by their API names (`projectPhase`); those that nobody filled in are null."""
    found: Row = {}
    for name in fields:
        first, *rest = name.split("_")
        value = values.get(name)
        found[first + "".join(part.capitalize() for part in rest)] = value
    return found


def supplier_row(company: Company, code: str) -> Row:
    """A supplier's own attributes."""
    vendor = company.vendors[code]
    return {
        "SupplierId": SUPPLIER_IDS + vendor.id,
        "Supplier": vendor.name,
        "SupplierNumber": vendor.code,
        "Status": "ACTIVE" if vendor.active else "INACTIVE",
        "TaxRegistrationNumber": vendor.tax_id,
        "LastUpdateDate": datetime.fromisoformat("2020-01-01T00:00:00+00:00"),
    }


def supplier_address_row(company: Company, code: str) -> Row:
    """The only address of a supplier."""
    vendor = company.vendors[code]
    found = vendor.address
    return {
        "SupplierAddressId": SUPPLIER_IDS + 6_000_000 + vendor.id,
        "AddressName": "HEADQUARTERS",
        "FormattedAddress": formatted(found),
        "CountryCode": found.country,
        "AddressLine1": found.line1,
        "AddressLine2": found.line2,
        "AddressLine3": found.line3,
        "City": found.city,
        "State": (found.region or "").partition("-")[2] or None,
        "PostalCode": found.postal_code,
        "PhoneNumber": vendor.phone,
        "Email": vendor.email,
        "Status": "ACTIVE",
    }


def supplier_site_row(company: Company, code: str) -> Row:
    """The only site of a supplier, at its only address."""
    vendor = company.vendors[code]
    return {
        "SupplierSiteId": SUPPLIER_IDS + 5_000_000 + vendor.id,
        "SupplierSite": "MAIN",
        "SupplierAddressId": SUPPLIER_IDS + 6_000_000 + vendor.id,
        "SupplierAddressName": "HEADQUARTERS",
        "Email": vendor.email,
    }
