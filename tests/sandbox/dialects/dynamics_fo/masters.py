"""Legal entities, ledgers, vendors and payment terms."""

from __future__ import annotations

from tests.sandbox.company import Company
from tests.sandbox.dialects.dynamics_fo.values import Row, address_fields, area_id
from tests.sandbox.masters import LegalEntity, PaymentTerm, Vendor


def legal_entity_row(entity: LegalEntity) -> Row:
    return {
        "LegalEntityId": entity.code,
        "Name": entity.name,
        **address_fields("", entity.address, "State"),
        "PrimaryContactEmail": entity.address.email or "",
        "PrimaryContactPhone": entity.address.phone or "",
        "LanguageId": "en-US",
    }


def ledger_row(entity: LegalEntity) -> Row:
    return {"LegalEntityId": entity.code, "Name": entity.code, "AccountingCurrency": entity.currency}


def vendor_rows(company: Company) -> list[Row]:
    """Vendors are known to each company by itself."""
    return [_vendor_row(entity, vendor) for entity in company.entities.values() for vendor in company.vendors.values()]


def _vendor_row(entity: LegalEntity, vendor: Vendor) -> Row:
    return {
        "dataAreaId": area_id(entity.code),
        "VendorAccountNumber": vendor.code,
        "VendorOrganizationName": vendor.name,
        "TaxExemptNumber": vendor.tax_id or "",
        "PrimaryEmailAddress": vendor.email or "",
        "PrimaryPhoneNumber": vendor.phone or "",
        "CurrencyCode": vendor.currency,
        **address_fields("", vendor.address, "StateId"),
    }


def term_rows(company: Company) -> list[Row]:
    return [_term_row(entity, term) for entity in company.entities.values() for term in company.payment_terms.values()]


def _term_row(entity: LegalEntity, term: PaymentTerm) -> Row:
    return {
        "dataAreaId": area_id(entity.code),
        "Name": term.code,
        "Description": term.text,
        "NumberOfDays": term.net_days,
        "NumberOfMonths": 0,
        "PaymentMethodType": "Net",
    }
