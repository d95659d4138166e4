"""What belongs to orders and stands elsewhere: vendors, items, names of codes, and the documents drawn from orders."""

from __future__ import annotations

from typing import Any

from include.orderhouse.connector import Source
from include.orderhouse.connectors.sap_business_one.drawn import put_drawn_into
from include.orderhouse.lookup import Lookup, Row, each_row
from include.orderhouse.protocols.service_layer import KEYS_AT_ONCE, ServiceLayer, ambiguous_change, lines_of

NAMES = {
    "Currencies": ("Code", "Name", "DocumentsCode"),
    "PaymentTermsTypes": (
        "GroupNumber", "PaymentTermsGroupName", "StartFrom", "NumberOfAdditionalMonths", "NumberOfAdditionalDays",
        "NumberOfInstallments",
    ),
    "SalesPersons": ("SalesEmployeeCode", "SalesEmployeeName", "Email"),
    "ShippingTypes": ("Code", "Name"),
    "UnitOfMeasurements": ("AbsEntry", "Code", "Name", "InternationalSymbol"),
    "ItemGroups": ("Number", "GroupName"),
    "BusinessPlaces": (
        "BPLID", "BPLName", "Street", "StreetNo", "Block", "Building", "City", "ZipCode", "State", "Country",
        "FederalTaxID",
    ),
}  # fmt: skip
"""Entity sets that documents refer to by number or code, with the members that are read; the first is the key."""
NONE_CHOSEN = -1
OF_ORDER = ("Cancelled", "DocCurrency", "DocType")
"""What lines are told of their order."""
VENDOR = ("CardCode", "CardName", "FederalTaxID", "EmailAddress", "Phone1", "ContactEmployees")
ITEM = ("ItemCode", "ItemName", "ItemType", "ItemsGroupCode", "InventoryUOM", "InventoryUoMEntry", "BarCode",
        "SupplierCatalogNo")  # fmt: skip


def names(service: ServiceLayer) -> dict[str, dict[str, Row]]:
    """The records of `NAMES` by entity set and key."""
    return {entity: _named(service, entity) for entity in NAMES}


def _named(service: ServiceLayer, entity: str) -> dict[str, Row]:
    members = NAMES[entity]
    return {str(row[members[0]]): row for page in service.pages(entity, members[0], None, members) for row in page.rows}


class Assembly:
    """Makes whole orders of documents; vendors and items are asked for once each."""

    def __init__(self, source: Source, service: ServiceLayer) -> None:
        self._source, self._service, self._settings = source, service, source.settings
        self._company: Row = source.catalogue.details["company"]
        self._names: dict[str, dict[str, Row]] = dict(source.catalogue.details["names"])
        self._learned: set[str] = set()
        self._vendors = self._lookup("BusinessPartners", VENDOR)
        self._items = self._lookup("Items", ITEM)

    def whole(self, documents: list[Row]) -> list[Row]:
        """The documents with everything that belongs to them."""
        lines = [line for document in documents for line in lines_of(document)]
        self._vendors.learn(document.get("CardCode") for document in documents)
        if self._settings.read_items:
            self._items.learn(line.get("ItemCode") for line in lines)
        if self._settings.read_drawn_documents:
            put_drawn_into(documents, self._service)
        return [self._order(document) for document in documents]

    def _lookup(self, entity: str, members: tuple[str, ...]) -> Lookup[str]:
        def read(keys: list[str]) -> dict[str, Row]:
            pages = self._service.by_keys(entity, members[0], keys, members)
            return {str(row[members[0]]): row for page in pages for row in page.rows}

        return Lookup(read, KEYS_AT_ONCE)

    def _order(self, document: Row) -> Row:
        is_foreign = document.get("DocCurrency") != self._company.get("LocalCurrency")
        facts = {name: document.get(name) for name in OF_ORDER} | {"IsForeign": is_foreign}
        moment = ambiguous_change(document, self._source)
        etag = document.pop("odata.etag", None) or document.pop("@odata.etag", None)
        lines = [self._line(line) | {"Order": facts} for line in lines_of(document)]
        texts = each_row(document.get("DocumentSpecialLines") or [], lambda text: text | {"Order": facts})
        return {
            **{
                name: value for name, value in document.items() if name not in ("DocumentLines", "DocumentSpecialLines")
            },
            "ETag": etag,
            "ChangedAt": moment.isoformat() if moment else None,
            "Company": self._company,
            "IsForeign": is_foreign,
            "Vendor": self._vendors.get(document.get("CardCode")),
            "Branch": self._name("BusinessPlaces", document.get("BPL_IDAssignedToInvoice")),
            "Buyer": self._name("SalesPersons", document.get("SalesPersonCode")),
            "Currency": self._name("Currencies", document.get("DocCurrency")),
            "LocalCurrency": self._name("Currencies", self._company.get("LocalCurrency")),
            "PaymentTerms": self._name("PaymentTermsTypes", document.get("PaymentGroupCode")),
            "ShippingType": self._name("ShippingTypes", document.get("TransportationCode")),
            "Lines": [*lines, *texts],
        }

    def _line(self, line: Row) -> Row:
        item = self._items.get(line.get("ItemCode"))
        return line | {
            "UnitOfMeasurement": self._name("UnitOfMeasurements", line.get("UoMEntry")),
            "Item": item and item | {
                "Group": self._name("ItemGroups", item.get("ItemsGroupCode")),
                "InventoryUnitOfMeasurement": self._name("UnitOfMeasurements", item.get("InventoryUoMEntry")),
            },
        }  # fmt: skip

    def _name(self, entity: str, key: Any) -> Row | None:
        """The record of a key; a key that is not known is newer than the catalogue, which is then asked for again."""
        if key in (None, NONE_CHOSEN) or str(key) in self._names[entity] or entity in self._learned:
            return self._names[entity].get(str(key))
        self._learned.add(entity)
        self._names[entity] = _named(self._service, entity)
        return self._names[entity].get(str(key))
