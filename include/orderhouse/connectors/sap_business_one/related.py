"""What belongs to orders and stands elsewhere: vendors, items, names of codes, and the documents drawn from orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.connectors.sap_business_one.service import JOINED_AT_ONCE, Row, ServiceLayer, any_equal
from include.orderhouse.local_time import from_local

PURCHASE_ORDER, GOODS_RECEIPT = 22, 20
"""Object types, as ``BaseType`` tells them."""

NAMES = {
    "Currencies": ("Code", "Name", "DocumentsCode"),
    "PaymentTermsTypes": (
        "GroupNumber", "PaymentTermsGroupName", "StartFrom", "NumberOfAdditionalMonths", "NumberOfAdditionalDays",
    ),
    "SalesPersons": ("SalesEmployeeCode", "SalesEmployeeName", "Email"),
    "ShippingTypes": ("Code", "Name"),
    "UnitOfMeasurements": ("AbsEntry", "Code", "Name", "InternationalSymbol"),
    "ItemGroups": ("Number", "GroupName"),
    "BusinessPlaces": (
        "BPLID", "BPLName", "Street", "Block", "Building", "City", "ZipCode", "State", "Country", "FederalTaxID",
    ),
}  # fmt: skip
"""Entity sets that documents refer to by number or code, with the members that are read; the first is the key."""
NONE_CHOSEN = -1
VENDOR = ("CardCode", "CardName", "FederalTaxID", "EmailAddress", "Phone1", "ContactEmployees")
ITEM = ("ItemCode", "ItemName", "ItemType", "ItemsGroupCode", "InventoryUOM", "InventoryUoMEntry", "BarCode",
        "SupplierCatalogNo")  # fmt: skip
DRAWN_LINE = "LineNum,BaseType,BaseEntry,BaseLine,Quantity,InventoryQuantity,UoMCode"
RECEIPTS, INVOICES = "PurchaseDeliveryNotes", "PurchaseInvoices"


def names(service: ServiceLayer) -> dict[str, dict[str, Row]]:
    """The records of `NAMES` by entity set and key."""
    return {entity: _named(service, entity) for entity in NAMES}


def _named(service: ServiceLayer, entity: str) -> dict[str, Row]:
    members = NAMES[entity]
    return {str(row[members[0]]): row for page in service.pages(entity, members[0], None, members) for row in page.rows}


def changed_at(document: Row, source: Source) -> datetime | None:
    """When a document was last updated, to the minute; None where it tells no day."""
    day = document.get("UpdateDate")
    if not day:
        return None
    clock = time.fromisoformat(str(document.get("UpdateTime") or "00:00")[:8])
    told = datetime.combine(date.fromisoformat(str(day)[:10]), clock)
    return from_local(told, ZoneInfo(source.time_zone), source.api.source_time or datetime.now(UTC))


class Related:
    """Makes whole orders of documents; vendors and items are asked for once each."""

    def __init__(self, source: Source, service: ServiceLayer) -> None:
        self._source, self._service, self._settings = source, service, source.settings
        self._company: Row = source.catalogue.details["company"]
        self._names: dict[str, dict[str, Row]] = dict(source.catalogue.details["names"])
        self._learned: set[str] = set()
        self._vendors: dict[str, Row | None] = {}
        self._items: dict[str, Row | None] = {}

    def whole(self, documents: list[Row]) -> list[Row]:
        """The documents with everything that belongs to them."""
        lines = [line for document in documents for line in _lines(document)]
        self._learn(self._vendors, "BusinessPartners", VENDOR, (document.get("CardCode") for document in documents))
        if self._settings.read_items:
            self._learn(self._items, "Items", ITEM, (line.get("ItemCode") for line in lines))
        if self._settings.read_drawn_documents:
            _put_drawn_into(documents, self._service)
        return [self._order(document) for document in documents]

    def _learn(self, known: dict[str, Row | None], entity: str, members: tuple[str, ...], keys: Iterable[Any]) -> None:
        new = {key for key in keys if key} - known.keys()
        known |= dict.fromkeys(new)
        for page in self._service.by_keys(entity, members[0], new, members):
            known |= {str(row[members[0]]): row for row in page.rows}

    def _order(self, document: Row) -> Row:
        is_foreign = document.get("DocCurrency") != self._company.get("LocalCurrency")
        facts = {"Cancelled": document.get("Cancelled"), "IsForeign": is_foreign}
        moment = changed_at(document, self._source)
        etag = document.pop("odata.etag", None) or document.pop("@odata.etag", None)
        lines = [self._line(line) | {"Order": facts} for line in _lines(document)]
        texts = [text | {"Order": facts} for text in document.get("DocumentSpecialLines") or ()]
        return {
            **{
                name: value for name, value in document.items() if name not in ("DocumentLines", "DocumentSpecialLines")
            },
            "ETag": etag,
            "ChangedAt": moment.isoformat() if moment else None,
            "Company": self._company,
            "IsForeign": is_foreign,
            "Vendor": self._vendors.get(document.get("CardCode") or ""),
            "Branch": self._name("BusinessPlaces", document.get("BPL_IDAssignedToInvoice")),
            "Buyer": self._name("SalesPersons", document.get("SalesPersonCode")),
            "Currency": self._name("Currencies", document.get("DocCurrency")),
            "LocalCurrency": self._name("Currencies", self._company.get("LocalCurrency")),
            "PaymentTerms": self._name("PaymentTermsTypes", document.get("PaymentGroupCode")),
            "ShippingType": self._name("ShippingTypes", document.get("TransportationCode")),
            "Lines": [*lines, *texts],
        }

    def _line(self, line: Row) -> Row:
        item = self._items.get(line.get("ItemCode") or "")
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


def orders_behind(service: ServiceLayer, documents: list[Row]) -> set[int]:
    """The orders that documents were drawn from, by themselves or by the goods receipts between."""
    lines = [line for document in documents for line in _lines(document)]
    receipts = {line["BaseEntry"] for line in lines if line.get("BaseType") == GOODS_RECEIPT}
    for page in service.by_keys(RECEIPTS, "DocEntry", receipts, ("DocEntry", "DocumentLines")):
        lines += [line for document in page.rows for line in _lines(document)]
    return {line["BaseEntry"] for line in lines if line.get("BaseType") == PURCHASE_ORDER}


def _lines(document: Row) -> list[Row]:
    found: list[Row] = wire.part(document, "DocumentLines", list, of="a document")
    return found


def _put_drawn_into(orders: list[Row], service: ServiceLayer) -> None:
    """Give each line the lines of goods receipts and invoices that were drawn from it, cancelled ones left out."""
    targets = {(order["DocEntry"], line["LineNum"]): line for order in orders for line in _lines(order)}
    for line in targets.values():
        line |= {"Receipts": [], "Invoices": []}
    entries = [order["DocEntry"] for order in orders]
    for begin in range(0, len(entries), JOINED_AT_ONCE):
        batch = entries[begin : begin + JOINED_AT_ONCE]
        received = _drawn(service, RECEIPTS, {PURCHASE_ORDER: batch})
        behind = {}
        for row in received:
            base = (row["BaseEntry"], row["BaseLine"])
            behind[row["Document"]["DocEntry"], row["LineNum"]] = base
            _put(targets, base, "Receipts", row)
        invoiced = _drawn(
            service, INVOICES, {PURCHASE_ORDER: batch, GOODS_RECEIPT: sorted({entry for entry, _ in behind})}
        )
        for row in invoiced:
            base = (row["BaseEntry"], row["BaseLine"])
            _put(targets, behind.get(base) if row["BaseType"] == GOODS_RECEIPT else base, "Invoices", row)


def _put(targets: dict[tuple[int, int], Row], base: tuple[int, int] | None, member: str, row: Row) -> None:
    if base in targets:
        targets[base][member].append(row)


def _drawn(service: ServiceLayer, entity: str, bases: dict[int, list[int]]) -> list[Row]:
    lines = f"{entity}/DocumentLines"
    drawn_from = [
        f"({lines}/BaseType eq {kind} and ({any_equal(f'{lines}/BaseEntry', entries)}))"
        for kind, entries in bases.items()
        if entries
    ]
    condition = f"{entity}/CancelStatus eq 'csNo' and ({' or '.join(drawn_from)})"
    return service.joined(entity, "DocEntry,DocDate", DRAWN_LINE, condition)
